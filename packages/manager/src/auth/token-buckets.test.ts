import { createFakeClock } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenBuckets } from './token-buckets.ts';

const tooOften = expect.objectContaining({
  code: 'limit_reached',
  message: 'alice asks this manager more than 2 times a second.',
  detail: { retryAfterSeconds: 1 },
});

test('a burst is fine, and then so many a second; nobody pays for another', () => {
  const clock = createFakeClock();
  const buckets = createTokenBuckets(clock, { burst: 3, perSecond: 2, holders: 10 });
  for (let call = 0; call < 3; call++) buckets.take('alice');
  expect(() => buckets.take('alice')).toThrow(tooOften);
  buckets.take('bob');
  clock.advance(499);
  expect(() => buckets.take('alice')).toThrow(tooOften);
  clock.advance(1);
  buckets.take('alice');
  expect(() => buckets.take('alice')).toThrow(tooOften);
  clock.advance(60_000);
  for (let call = 0; call < 3; call++) buckets.take('alice');
  expect(() => buckets.take('alice')).toThrow(tooOften);
});

test('whoever was seen longest ago is forgotten, and not whoever asks all the time [manager.apiCallers]', () => {
  const buckets = createTokenBuckets(createFakeClock(), { burst: 1, perSecond: 1, holders: 2 });
  buckets.take('alice');
  for (const stranger of ['a', 'b', 'c', 'd']) {
    expect(() => buckets.take('alice')).toThrow('alice asks');
    buckets.take(stranger);
  }
});

test('in any time span nobody gets more than a burst and what the time gives', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (pausesMs) => {
      const clock = createFakeClock();
      const buckets = createTokenBuckets(clock, { burst: 5, perSecond: 10, holders: 1 });
      let [taken, elapsedMs] = [0, 0];
      for (const pauseMs of pausesMs) {
        clock.advance(pauseMs);
        elapsedMs += pauseMs;
        try {
          buckets.take('alice');
          taken++;
        } catch {
          // Too often.
        }
      }
      expect(taken).toBeLessThanOrEqual(5 + (elapsedMs * 10) / 1_000);
    }),
  );
});
