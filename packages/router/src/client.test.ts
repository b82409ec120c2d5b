import { expect, test } from 'vitest';
import { toClientAddress } from './client.ts';

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['fd00::1', 'fd00::1'],
  ['::ffff:0:1', '::ffff:0:1'],
  [undefined, ''],
])('the client %s is %s', (remoteAddress, address) => {
  expect(toClientAddress({ remoteAddress })).toBe(address);
});
