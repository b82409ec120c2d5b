import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameOutput } from './frame-output.ts';
import { frameHeadBytes, frameTypes, writeFrameHead } from './frame.ts';

const { data } = frameTypes;

/** What of the memory around a piece is alive with it. */
function toHeldBytes(pieces: readonly Buffer[]): number {
  return [...new Set(pieces.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function toFrame(stream: number, payload: Buffer): Buffer {
  const frame = Buffer.alloc(frameHeadBytes + payload.length);
  writeFrameHead(frame, 0, payload.length, data, 0, stream);
  payload.copy(frame, frameHeadBytes);
  return frame;
}

test('frames leave as they came, however much is said in a turn', () => {
  const frames = fc.array(fc.record({ head: fc.nat(40), body: fc.nat(9_000) }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 8 }), (turns) => {
      const output = new FrameOutput();
      // What left is looked at when all is over: nothing is written into it later.
      const left = turns.flatMap((turn) => {
        for (const [stream, { head, body }] of turn.entries()) {
          output.frame(data, 0, stream, Buffer.alloc(body, 98), Buffer.alloc(head, 104));
        }
        return output.take();
      });
      const said = turns.flatMap((turn) =>
        turn.map(({ head, body }, stream) => toFrame(stream, Buffer.concat([Buffer.alloc(head, 104), Buffer.alloc(body, 98)]))),
      );
      expect(Buffer.concat(left).equals(Buffer.concat(said))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a connection that says little holds little, for as long as it lives', () => {
  const output = new FrameOutput();
  for (let turn = 0; turn < 5_000; turn++) {
    output.frame(data, 0, 1, Buffer.alloc(20));
    expect(toHeldBytes(output.take())).toBeLessThanOrEqual(4 * 1024);
  }
});

test('much that is said in one turn leaves in few pieces', () => {
  const output = new FrameOutput();
  for (let frame = 0; frame < 10_000; frame++) output.frame(data, 0, 1, Buffer.alloc(20));
  expect(output.take().length).toBeLessThan(20);
});
