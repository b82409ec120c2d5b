import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

type Step = { readonly t: 'push'; readonly length: number } | { readonly t: 'shift' } | { readonly t: 'move'; readonly share: number };

const anyLength = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_200 }), fc.constant(9_000));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ t: fc.constant('push' as const), length: anyLength }),
  fc.record({ t: fc.constant('push' as const), length: anyLength }),
  fc.constant({ t: 'shift' as const }),
  fc.record({ t: fc.constant('move' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

test('bytes leave in the order in which they came, whatever the steps', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const queue = new ByteQueue();
      const taken: Buffer[] = [];
      let pushed = 0;
      const take = (piece: Buffer | undefined): void => void (piece === undefined || taken.push(piece));
      for (const step of steps) {
        if (step.t === 'push') {
          const bytes = Buffer.alloc(step.length);
          for (let at = 0; at < step.length; at++) bytes[at] = (pushed + at) % 251;
          pushed += step.length;
          queue.push(bytes);
        } else if (step.t === 'shift') {
          take(queue.shift());
        } else {
          const count = Math.floor(queue.length * step.share);
          const target = Buffer.alloc(count + 3, 255);
          queue.moveTo(target, 3, count);
          take(target.subarray(3));
        }
      }
      while (queue.length > 0) take(queue.shift());
      const all = Buffer.concat(taken);
      expect(all.length).toBe(pushed);
      expect(all.every((byte, at) => byte === at % 251)).toBe(true);
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
