import type { Random } from '@switchyard/testkit';
import { pick, upTo } from './chance.ts';

const literal = (name: string, value: string, prefix = 0x00): Buffer =>
  Buffer.concat([Buffer.of(prefix, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);

const owner = literal('switchyard-owner-bin', 'Ym9i', 0x40);

/** POST of `path` over http, as gRPC. */
const callTo = (path: string): Buffer =>
  Buffer.concat([Buffer.of(0x83, 0x86), literal(':path', path, 0x40), literal('content-type', 'application/grpc', 0x40), owner]);

const honest: readonly Buffer[] = [
  callTo('/switchyard.api.v1.ManagerService/GetManager'),
  callTo('/switchyard.api.v1.ManagerService/ListIntercepts'),
  callTo('/switchyard.tunnel.v1.TunnelService/Control'),
  callTo('/switchyard.tunnel.v1.TunnelService/Carry'),
  callTo('/nothing'),
  Buffer.of(0x82, 0x86, 0x84),
];

/** What RFC 7541 forbids or bounds, and what it allows and few send. */
const odd: readonly Buffer[] = [
  // No index, one beyond the table, the newest and an old entry.
  Buffer.of(0x80),
  Buffer.of(0xff, 0x80, 0x01),
  Buffer.of(0xbe),
  Buffer.of(0xc2),
  // Integers: too long, longer than needed, without an end.
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]),
  Buffer.of(0xff, 0x80, 0x00),
  Buffer.of(0x7f, 0xff),
  // Sizes of the table: none, the most, too much.
  Buffer.of(0x20),
  Buffer.of(0x3f, 0xe1, 0x1f),
  Buffer.of(0x3f, 0xe2, 0x1f),
  // Huffman: the end of string, padding too long, padding of zeros, nothing.
  Buffer.of(0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00),
  Buffer.of(0x00, 0x82, 0x1f, 0xff, 0x00),
  Buffer.of(0x00, 0x81, 0x18, 0x00),
  Buffer.of(0x00, 0x80, 0x00),
  // A text that is cut off; a large entry, and its like many times.
  Buffer.of(0x00, 0x05, 0x61),
  Buffer.concat([Buffer.of(0x40, 0x01, 0x61, 0x7f, 0xa1, 0x1e), Buffer.alloc(4_000, 0x61), Buffer.alloc(300, 0xbe)]),
  literal('Upper', 'x'),
  literal('connection', 'close'),
  literal(':path', '/again'),
  literal('a', 'b\r\nc: d'),
  literal('', ''),
];

/** A header block, mostly of a call that there is. */
export function headBlock(random: Random): Buffer {
  const block = pick(honest, random);
  if (random() < 0.7) return block;
  const strange = pick(odd, random);
  const at = pick([0, 2, upTo(block.length, random), block.length], random);
  return Buffer.concat([block.subarray(0, at), strange, block.subarray(at)]);
}
