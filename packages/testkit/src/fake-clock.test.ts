import { expect, test } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

test('timers fire in order of due time, then of creation, each at its own instant', () => {
  const clock = createFakeClock();
  const start = clock.now();
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now() - start]);
  clock.after(20, note('b'));
  clock.after(10, note('a'));
  clock.after(20, note('c'));
  clock.after(31, note('late'));
  clock.advance(30);
  expect(fired).toEqual([
    ['a', 10],
    ['b', 20],
    ['c', 20],
  ]);
  expect(clock.now() - start).toBe(30);
  expect(clock.pending).toBe(1);
});

test('a timer that a timer starts runs within the same advance, and a cancelled one never', () => {
  const clock = createFakeClock();
  const fired: string[] = [];
  const victim = clock.after(15, () => void fired.push('victim'));
  clock.after(10, () => {
    victim.cancel();
    clock.after(5, () => void fired.push('child'));
  });
  clock.advance(20);
  expect(fired).toEqual(['child']);
  expect(clock.pending).toBe(0);
});

test('the wall clock moves with the monotonic one', () => {
  const clock = createFakeClock();
  const before = clock.date().getTime();
  clock.advance(1234);
  expect(clock.date().getTime() - before).toBe(1234);
});
