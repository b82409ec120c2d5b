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
