import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

test('short passes come at once, each', () => {
  let passes = 0;
  using pace = new Pace(createFakeClock(), () => void passes++);
  for (let change = 0; change < 10; change++) pace.soon();
  expect(passes).toBe(10);
});

test('after a long pass there is a rest, and one pass for all that was asked meanwhile', () => {
  const clock = createFakeClock();
  let nowMs = 0;
  let passes = 0;
  // A pass is work: it takes its time without anything else coming to its turn.
  const slow = { ...clock, now: () => nowMs };
  using pace = new Pace(slow, () => {
    nowMs += 50;
    passes++;
  });
  pace.soon();
  for (let change = 0; change < 100; change++) pace.soon();
  expect(passes).toBe(1);
  clock.advance(199);
  expect(passes).toBe(1);
  nowMs += 200;
  clock.advance(1);
  expect(passes).toBe(2);
  pace.now();
  expect(passes).toBe(3);
});
