import { expect, test } from 'vitest';
import { isHost } from './host.ts';

const valid = [
  '',
  'orders',
  'orders:',
  'orders:80',
  'Orders.ns.svc:8080',
  '127.0.0.1:1',
  '[::1]',
  '[::1]:80',
  '[v1.a:b]',
  "a-b_c~!$&'()*+,;=%41",
];
const invalid = [' ', 'a b', 'a\t', 'a,\x80', 'a/b', 'a?b', 'a#b', 'a\\b', 'user@a', 'a:b', 'a:8 0', 'a:80:90', '::1', 'a\0'];
const badLiterals = ['[', '[]', '[::1', '[::1]a', '[::1]:a', '[[::1]]', '[a]b]', 'a[::1]', '::1]'];

test.each(valid)('%j is a host', (host) => {
  expect(isHostText(host)).toBe(true);
});

test.each([...invalid, ...badLiterals])('%j is no host', (host) => {
  expect(isHostText(host)).toBe(false);
});

/** What stands around the host must not count. */
function isHostText(host: string): boolean {
  for (const [before, behind] of [
    ['', ''],
    ['[', ']'],
    ['a:', '0'],
    ['@', ' '],
  ] as const) {
    const bytes = Buffer.from(`${before}${host}${behind}`, 'latin1');
    const start = before.length;
    if (isHost(bytes, start, start + host.length) !== isHost(Buffer.from(host, 'latin1'), 0, host.length))
      throw new Error(`${before}${behind}`);
  }
  return isHost(Buffer.from(host, 'latin1'), 0, host.length);
}
