import { expect, test, vi } from 'vitest';
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

test('a timer that is canceled long before its time leaves nothing behind', () => {
  const delayMs = 3_600_001;
  // Node.js has one list for all timers of a delay, and each knows its own.
  const toList = (timer: NodeJS.Timeout): unknown => Reflect.get(timer, '_idlePrev');
  const spy = vi.spyOn(globalThis, 'setTimeout');
  const timer = createSystemClock().after(delayMs, () => {});
  const [made] = spy.mock.results;
  if (made?.type !== 'return') throw new Error('The clock made no timer.');
  const list = toList(made.value);
  timer.cancel();
  const next = setTimeout(() => {}, delayMs);
  const nextList = toList(next);
  clearTimeout(next);
  expect(list).toMatchObject({ msecs: delayMs });
  expect(nextList).toMatchObject({ msecs: delayMs });
  expect(nextList === list).toBe(false);
});

test('a long timer that is canceled keeps no process alive, whether before, at or after its time', async () => {
  const countAwaited = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = countAwaited();
  const inShort = globalThis.setTimeout;
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation((fn) => inShort(fn, 5));
  const clock = createSystemClock();
  clock.after(3_600_000, () => {}).cancel();
  const fired = clock.after(3_600_000, () => {});
  await new Promise<void>((resolve) => {
    const firing = clock.after(3_600_000, () => {
      firing.cancel();
      resolve();
    });
  });
  fired.cancel();
  fired.cancel();
  spy.mockRestore();
  expect(countAwaited()).toBe(before);
});
