import { InterceptError } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { sleep } from './sleep.ts';

const running = new AbortController().signal;

test('sleeps as long as it was told', async () => {
  const clock = createFakeClock();
  let awake = false;
  const done = sleep(clock, 100, running).then(() => {
    awake = true;
  });
  clock.advance(99);
  await Promise.resolve();
  expect(awake).toBe(false);
  clock.advance(1);
  await done;
  expect(awake).toBe(true);
});

test('an abort wakes it with its reason and leaves no timer', async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const done = sleep(clock, 100, controller.signal);
  const reason = new InterceptError('draining', 'The manager stops.');
  controller.abort(reason);
  await expect(done).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
});

test('an abort without a reason of ours is canceled', async () => {
  await expect(sleep(createFakeClock(), 100, AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
});

test('a signal that was aborted before starts no timer', async () => {
  const clock = createFakeClock();
  await expect(sleep(clock, 100, AbortSignal.abort())).rejects.toThrow(InterceptError);
  expect(clock.pending).toBe(0);
});
