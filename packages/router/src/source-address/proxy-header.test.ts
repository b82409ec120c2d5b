import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProxyHeader } from './proxy-header.ts';

const toHeader = (client: string, router: string): string =>
  createProxyHeader({ client: { host: client, port: 51_966 }, router: { host: router, port: 443 } }).toString('hex');

const start = '0d0a0d0a000d0a515549540a21';

test('both ends over IPv4, over IPv6, and one of each', () => {
  expect(toHeader('192.0.2.1', '10.0.0.9')).toBe(`${start}11000cc00002010a000009cafe01bb`);
  expect(toHeader('2001:db8::1', 'fd00::9')).toBe(`${start}21002420010db8000000000000000000000001fd000000000000000000000000000009cafe01bb`);
  expect(toHeader('192.0.2.1', '::1')).toBe(`${start}21002400000000000000000000ffffc000020100000000000000000000000000000001cafe01bb`);
  expect(toHeader('fe80::1%eth0', '::')).toBe(`${start}210024fe80000000000000000000000000000100000000000000000000000000000000cafe01bb`);
});

test('every IPv6 address, however it is written, comes out as its bytes', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const header = createProxyHeader({ client: { host: address, port: 1 }, router: { host: '::', port: 2 } });
      const groups = Array.from({ length: 8 }, (_, index) => header.readUInt16BE(16 + 2 * index).toString(16));
      const list = new BlockList();
      list.addAddress(groups.join(':'), 'ipv6');
      expect([header.length, list.check(address, 'ipv6')]).toEqual([52, true]);
    }),
  );
});
