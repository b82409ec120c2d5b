import { InterceptError } from '@switchyard/contract';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { HeaderList } from './header-field.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { encodeHeaders } from './hpack-encoder.ts';

const createDecoder = (): HpackDecoder => new HpackDecoder(16 * 1024);
const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

test('the requests of RFC 7541, appendix C.4: Huffman codes and a table that grows', () => {
  const decoder = createDecoder();
  const host: HeaderList = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ];
  expect(decoder.decode(fromHex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual(host);
  expect(decoder.decode(fromHex('8286 84be 5886 a8eb 1064 9cbf'))).toEqual([...host, ['cache-control', 'no-cache']]);
  expect(decoder.decode(fromHex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'))).toEqual([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ]);
});

test('what is encoded is decoded again, block after block', () => {
  const text = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 300 });
  const headers = fc.array(fc.tuple(text, text), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(headers, { maxLength: 3 }), (blocks) => {
      const decoder = createDecoder();
      for (const block of blocks) expect(decoder.decode(encodeHeaders(block))).toEqual(block);
    }),
  );
});

test('a head is not held once it is decoded', async () => {
  const decoder = createDecoder();
  const decode = (): WeakRef<Buffer> => {
    const block = encodeHeaders([['x-key', 'alice']]);
    decoder.decode(block);
    return new WeakRef(block);
  };
  const block = decode();
  // What a WeakRef was made for lives until the turn is over.
  await new Promise(setImmediate);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  expect(block.deref()).toBeUndefined();
  expect(decoder.decode(Buffer.of(0x82))).toEqual([[':method', 'GET']]);
});

test('any bytes are a head or a violation, and hold no more than the table may', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
      const decoder = createDecoder();
      try {
        for (const block of blocks) decoder.decode(Buffer.from(block));
      } catch (reason) {
        expect(reason).toBeInstanceOf(InterceptError);
      }
    }),
  );
});

test.each([
  ['an index of nothing', '80'],
  ['an index beyond the table', 'be'],
  ['a text that is cut off', '0005 61'],
  ['an integer without an end', 'ff ffff ffff ffff'],
  ['the end of string inside of a Huffman code', '0084 ffff ffff 00'],
  ['padding that is not of ones', '0081 18 00'],
  ['a table larger than allowed [tunnel.http2TableBytes]', '3f e2 1f'],
  ['a change of the table behind a field', '82 20'],
])('%s is a violation', (_what, hex) => {
  expect(() => createDecoder().decode(fromHex(hex))).toThrow(InterceptError);
});

test('an entry that is larger than the table empties it', () => {
  const decoder = createDecoder();
  decoder.decode(fromHex('4001 6101 62'));
  expect(decoder.decode(fromHex('be'))).toEqual([['a', 'b']]);
  const large = Buffer.concat([fromHex('4001 63 7f 81 1f'), Buffer.alloc(127 + 1 + 31 * 128, 0x64)]);
  decoder.decode(large);
  expect(() => decoder.decode(fromHex('be'))).toThrow(InterceptError);
});
