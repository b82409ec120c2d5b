import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNeverDialled, isSameAddress } from './never-dialled.ts';

test.for([
  ['127.0.0.1', 'a loopback address'],
  ['::1', 'a loopback address'],
  ['0:0:0:0:0:0:0:1', 'a loopback address'],
  ['0.0.0.0', 'no address of a machine'],
  ['::', 'no address of a machine'],
  ['192.0.0.192', 'no address of a machine'],
  ['', 'no address of a machine'],
  ['localhost', 'no address of a machine'],
  ['127.1', 'no address of a machine'],
  ['0x7f.0.0.1', 'no address of a machine'],
  ['fd00::5%eth0', 'no address of a machine'],
  ['169.254.169.254', 'a link-local address'],
  ['fe80::a9fe:a9fe', 'a link-local address'],
  ['fd00:ec2::254', 'the address of a metadata service'],
  ['fd20:ce::254', 'the address of a metadata service'],
  ['168.63.129.16', 'the address of a metadata service'],
  ['100.100.100.200', 'the address of a metadata service'],
  ['224.0.0.1', 'an address of many machines'],
  ['255.255.255.255', 'an address of many machines'],
  ['ff02::1', 'an address of many machines'],
  ['::7f00:1', 'an address that leads elsewhere'],
  ['64:ff9b::7f00:1', 'an address that leads elsewhere'],
  ['64:ff9b:1::7f00:1', 'an address that leads elsewhere'],
  ['2002:7f00:1::', 'an address that leads elsewhere'],
  ['10.0.0.1', undefined],
  ['fd00::5', undefined],
  ['fd00:ec3::254', undefined],
  ['2001:db8::1', undefined],
] as const)('%j is %s', ([address, what]) => {
  expect(findNeverDialled(address)).toBe(what);
});

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** Half of them in the networks that matter. */
const address = fc.oneof(octets, fc.tuple(fc.constantFrom(0, 127, 169, 224, 255), fc.constantFrom(0, 254, 255), fc.nat(255), fc.nat(255)));

test('an address of IPv4 is judged alike however it is written, and by another name it is never dialled', () => {
  fc.assert(
    fc.property(address, (bytes) => {
      const dotted = bytes.join('.');
      const [a, b, c, d] = bytes;
      const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
      const verdict = findNeverDialled(dotted);
      for (const mapped of [
        `::ffff:${dotted}`,
        `::ffff:${high}:${low}`,
        `0:0:0:0:0:ffff:${high.padStart(4, '0')}:${low}`,
        `::FFFF:${dotted}`,
      ]) {
        expect(findNeverDialled(mapped)).toBe(verdict);
        expect(isSameAddress(dotted, mapped)).toBe(true);
      }
      for (const other of [`64:ff9b::${dotted}`, `::ffff:0:${dotted}`, `2002:${high}:${low}::1`, `64:ff9b:1::${high}:${low}`]) {
        expect(findNeverDialled(other)).toBeDefined();
      }
      if (a > 0 || b > 0) expect(findNeverDialled(`::${high}:${low}`)).toBeDefined();
    }),
  );
});

test('what is no address is never dialled, whatever it looks like', () => {
  const piece = fc.constantFrom('127', '.', '0', '1', '::', ':', 'ffff', '%', '[', ']', ' ', 'a', '/8', '@');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      if (/[%[\] @/]/.test(text)) expect(findNeverDialled(text)).toBe('no address of a machine');
      else findNeverDialled(text);
    }),
  );
});
