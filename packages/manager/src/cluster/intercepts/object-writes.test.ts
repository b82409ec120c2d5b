import { InterceptError, silentLog } from '@switchyard/contract';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ObjectWrites } from './object-writes.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly writes: ObjectWrites;
  /** How long it said that it waits, failure by failure. */
  readonly waitsMs: readonly number[];
}

function createBench(): Bench {
  const clock = createFakeClock();
  const waitsMs: number[] = [];
  const warn = (_event: string, fields?: object): void => {
    if (fields !== undefined && 'retryMs' in fields) waitsMs.push(Number(fields.retryMs));
  };
  const writes = new ObjectWrites({ clock, log: { ...silentLog, warn }, onIdle: () => {} });
  onTestFinished(() => {
    writes[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  return { clock, writes, waitsMs };
}

test('16 objects are written at a time; a place that gets free is used [manager.objectWrites]', async () => {
  const { writes } = createBench();
  const begun: (() => void)[] = [];
  const start = (uid: string): void => writes.start(uid, () => new Promise((resolve) => void begun.push(resolve)));
  for (let index = 0; index < 20; index++) start(`${index}`);
  expect([begun.length, writes.isFull, writes.isBusy('15'), writes.isBusy('16')]).toEqual([16, true, true, false]);
  begun[0]?.();
  await setImmediate();
  expect(writes.isFull).toBe(false);
  for (let index = 16; index < 20; index++) start(`${index}`);
  expect([begun.length, writes.isFull]).toEqual([17, true]);
});

test('a write that failed waits, from half a second up to half a minute [manager.objectRetryMs] [manager.objectRetryMaxMs]', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.9999);
  const { clock, writes, waitsMs } = createBench();
  let begun = 0;
  const start = async (): Promise<void> => {
    writes.start('orders', () => {
      begun++;
      return Promise.reject(new InterceptError('internal', 'Nobody there.'));
    });
    await setImmediate();
  };
  await start();
  for (let failure = 0; failure < 8; failure++) {
    clock.advance((waitsMs.at(-1) ?? 0) - 10);
    await start();
    expect(begun).toBe(failure + 1);
    clock.advance(20);
    await start();
    expect(begun).toBe(failure + 2);
  }
  expect(waitsMs.map((waitMs) => Math.round(waitMs / 100) / 10)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
});
