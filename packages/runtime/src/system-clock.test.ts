import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { createSystemClock } from './system-clock.ts';

test('a timer fires once, not before its time', async () => {
  const clock = createSystemClock();
  const start = clock.now();
  await new Promise<void>((resolve) => {
    clock.after(20, resolve);
  });
  expect(clock.now() - start).toBeGreaterThanOrEqual(19);
});

test('a canceled timer does not fire', async () => {
  const clock = createSystemClock();
  let fired = false;
  clock
    .after(1, () => {
      fired = true;
    })
    .cancel();
  await new Promise<void>((resolve) => {
    clock.after(10, resolve);
  });
  expect(fired).toBe(false);
});

test('a timer of more than 25 days does not fire at once', async () => {
  const clock = createSystemClock();
  let fired = false;
  const timer = clock.after(2 ** 31, () => {
    fired = true;
  });
  await new Promise<void>((resolve) => {
    clock.after(10, resolve);
  });
  timer.cancel();
  expect(fired).toBe(false);
});

test('timers that are canceled long before their time leave nothing behind', () => {
  const clock = createSystemClock();
  const countKept = toTimerListCounter();
  const before = countKept();
  for (let index = 0; index < 100; index++) clock.after(3_600_000 + index, () => {}).cancel();
  expect(countKept()).toBe(before);
});

/** Counts the lists that Node.js has of timers, one for each delay. */
function toTimerListCounter(): () => number {
  const timer = setTimeout(() => {}, 1);
  const list: object = Reflect.get(timer, '_idlePrev');
  clearTimeout(timer);
  return () => queryObjects(list.constructor, { format: 'count' });
}
