import { expect, test } from 'vitest';
import { toPlainAddress } from './plain-address.ts';

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['fd00::1', 'fd00::1'],
  ['::ffff:0:1', '::ffff:0:1'],
  [undefined, ''],
])('the end of a socket at %s is at %s', (address, plain) => {
  expect(toPlainAddress(address)).toBe(plain);
});
