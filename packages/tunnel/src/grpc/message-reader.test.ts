import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageReader } from './message-reader.ts';

function toPrefixed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

test('messages come whole and in order, however they are cut and however often the reader has to wait', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), fc.integer({ min: 1, max: 60 }), (messages, cut) => {
      const received: Buffer[] = [];
      const sink = { onMessage: (message: Buffer) => received.push(Buffer.from(message)) % 3 !== 0, onBroken: expect.unreachable };
      const reader = new MessageReader(sink, 100);
      const bytes = Buffer.concat(messages.map(toPrefixed));
      for (let at = 0; at < bytes.length; at += reader.read(bytes.subarray(at, at + cut)));
      expect(received).toEqual(messages.map((message) => Buffer.from(message)));
    }),
  );
});

test.each([
  ['compressed', Buffer.from([1, 0, 0, 0, 1, 0])],
  ['too_large', Buffer.from([0, 0, 0, 0, 101])],
])('a message that is %s breaks the stream, and nothing is read any more', (reason, bytes) => {
  const seen: string[] = [];
  const reader = new MessageReader({ onMessage: () => seen.push('message') > 0, onBroken: (why) => void seen.push(why) }, 100);
  expect(reader.read(bytes)).toBe(bytes.length);
  expect(reader.read(toPrefixed(Buffer.from('x')))).toBe(6);
  expect(seen).toEqual([reason]);
});
