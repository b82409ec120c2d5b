import { InterceptError, silentLog } from '@switchyard/contract';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Observation } from './observation.ts';
import { ServiceWorker } from './service-worker.ts';

interface Bench {
  readonly clock: FakeClock;
  /** When a step was taken. */
  readonly actedAtMs: readonly number[];
  /** How long it said that it waits, failure by failure. */
  readonly waitsMs: readonly number[];
}

/** A worker that never comes to rest; `act` is its every step. */
async function startWorker(act: () => Promise<void>): Promise<Bench> {
  const clock = createFakeClock();
  const [actedAtMs, waitsMs]: [number[], number[]] = [[], []];
  const note = (_event: string, fields?: object): void => {
    if (fields !== undefined && 'waitMs' in fields) waitsMs.push(Number(fields.waitMs));
  };
  const worker = new ServiceWorker('orders', {
    clock,
    log: { ...silentLog, debug: note, warn: note },
    isLeading: () => true,
    observe: () => ({}) as Observation,
    decide: () => ({ t: 'give-back' }),
    act: () => {
      actedAtMs.push(clock.now());
      return act();
    },
    tellFailure: async () => {},
  });
  onTestFinished(() => {
    worker[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  worker.poke();
  await setImmediate();
  return { clock, actedAtMs, waitsMs };
}

test('who is undone all the time rests after 32 writes in a row [manager.stepsPerPass]', async () => {
  const { clock, actedAtMs } = await startWorker(async () => {});
  expect(actedAtMs).toHaveLength(32);
  clock.advance(500);
  await setImmediate();
  expect(actedAtMs).toHaveLength(64);
});

test('waits after failures begin with half a second and double to half a minute [manager.firstRetryMs] [manager.mostRetryMs]', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.9999);
  const { clock, actedAtMs, waitsMs } = await startWorker(() => Promise.reject(new InterceptError('internal', 'Nobody there.')));
  for (let failure = 0; failure < 8; failure++) {
    clock.advance((waitsMs.at(-1) ?? 0) - 10);
    expect(actedAtMs).toHaveLength(failure + 1);
    clock.advance(20);
    await setImmediate();
    expect(actedAtMs).toHaveLength(failure + 2);
  }
  expect(waitsMs.map((waitMs) => Math.round(waitMs / 100) / 10)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
});
