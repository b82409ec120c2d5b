import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChannelReader, toDataMessages } from './channels.ts';

const port = 0x1f90;
const opening = (channel: number): Buffer => Buffer.from([channel, 0x90, 0x1f]);

test('a channel says its port first, and then what it carries', () => {
  const read = createChannelReader(port);
  expect(read(opening(0))).toEqual({ t: 'opened' });
  expect(read(Buffer.from([0, 1, 2]))).toEqual({ t: 'data', bytes: Buffer.from([1, 2]) });
  expect(read(opening(1))).toEqual({ t: 'opened' });
  expect(read(Buffer.from('\u0001no'))).toEqual({ t: 'complaint', text: 'no' });
  expect(read(opening(0))).toEqual({ t: 'data', bytes: opening(0).subarray(1) });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['another channel', opening(2)],
  ['another port', Buffer.from([0, 0x91, 0x1f])],
  ['no port', Buffer.from([0])],
  ['more than a port', Buffer.from([0, 0x90, 0x1f, 0])],
])('a first message with %s is refused', (_name, message) => {
  const read = createChannelReader(port);
  expect(() => read(message)).toThrow(expect.objectContaining({ code: 'cluster_unavailable' }));
});

test('data goes out whole, in order, in messages that are full [kube.frameBytes]', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 16 }), (chunks, frameBytes) => {
      const messages = [
        ...toDataMessages(
          chunks.map((chunk) => Buffer.from(chunk)),
          frameBytes,
        ),
      ];
      expect(Buffer.concat(messages.map((message) => message.subarray(1)))).toEqual(Buffer.concat(chunks));
      for (const [index, message] of messages.entries()) {
        expect(message[0]).toBe(0);
        const isLast = index === messages.length - 1;
        expect(message.length - 1).toBe(isLast ? message.length - 1 : frameBytes);
        expect(message.length - 1).toBeGreaterThan(0);
        expect(message.length - 1).toBeLessThanOrEqual(frameBytes);
      }
    }),
  );
});
