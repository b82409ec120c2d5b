import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

type Step =
  | { readonly t: 'push'; readonly length: number; readonly copy: boolean }
  | { readonly t: 'shift' }
  | { readonly t: 'move' | 'drop' | 'put back'; readonly share: number };

const anyLength = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_200 }), fc.constant(9_000));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ t: fc.constant('push' as const), length: anyLength, copy: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ t: 'shift' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      t: fc.constantFrom('move' as const, 'drop' as const, 'put back' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

/** The bytes from a place of the stream on. */
function bytesAt(start: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => (start + index) % 251));
}

test('bytes leave in the order in which they came, whatever the steps', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const queue = new ByteQueue();
      let pushed = 0;
      let left = 0;
      const take = (piece: Buffer | undefined): void => {
        if (piece === undefined) return;
        expect(piece.equals(bytesAt(left, piece.length))).toBe(true);
        left += piece.length;
      };
      const move = (count: number): Buffer => {
        const target = Buffer.alloc(count + 3, 255);
        queue.moveTo(target, 3, count);
        return target.subarray(3);
      };
      for (const step of steps) {
        if (step.t === 'push') {
          const bytes = bytesAt(pushed, step.length);
          pushed += step.length;
          if (step.copy) queue.pushCopy(bytes);
          else queue.push(bytes);
          if (step.copy) bytes.fill(255);
        } else if (step.t === 'shift') {
          take(queue.shift());
        } else {
          const count = Math.floor(queue.length * step.share);
          if (step.t === 'drop') {
            queue.drop(count);
            left += count;
          } else if (step.t === 'move') {
            take(move(count));
          } else {
            const front = new ByteQueue();
            front.push(move(count));
            queue.prepend(front);
            expect(front.length).toBe(0);
          }
        }
        expect(queue.length).toBe(pushed - left);
      }
      while (queue.length > 0) take(queue.shift());
      expect(left).toBe(pushed);
    }),
    { numRuns: 300 },
  );
});

test('many small pieces cost about what their bytes cost', () => {
  const queue = new ByteQueue();
  for (let count = 0; count < 100_000; count++) queue.push(Buffer.from('x'));
  let pieces = 0;
  while (queue.shift() !== undefined) pieces++;
  expect(pieces).toBeLessThan(20);
});
