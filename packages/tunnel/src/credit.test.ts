import { toLimitValues } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionCredit, type ReceiveWindow } from './credit.ts';
import { tunnelLimits } from './limits.ts';

const limits = toLimitValues(tunnelLimits);
const kib = 1024;

/** Uses up `count` bytes at once; gives what was granted for them. */
function use(window: ReceiveWindow, count: number): number {
  expect(window.receive(count)).toBe(true);
  return window.consume(count);
}

test('a window begins at 256 KiB and grants half of it at a time [tunnel.firstWindowBytes]', () => {
  const clock = createFakeClock();
  const window = new SessionCredit(clock, limits).openWindow();
  expect(window.firstBytes).toBe(256 * kib);
  clock.advance(1_000);
  expect(use(window, 100 * kib)).toBe(0);
  expect(use(window, 28 * kib)).toBe(128 * kib);
});

test('a window that is used up quickly doubles, up to 8 MiB [tunnel.maxWindowBytes]', () => {
  const window = new SessionCredit(createFakeClock(), limits).openWindow();
  let outstanding = window.firstBytes;
  for (let round = 0; round < 10; round++) {
    const used = outstanding;
    outstanding += use(window, used) - used;
  }
  expect(outstanding).toBe(8 * kib * kib);
});

test('a window of a slow reader does not grow', () => {
  const clock = createFakeClock();
  const window = new SessionCredit(clock, limits).openWindow();
  for (let round = 0; round < 10; round++) {
    clock.advance(250);
    expect(use(window, 256 * kib)).toBe(256 * kib);
  }
});

test('more than was promised is noticed', () => {
  const window = new SessionCredit(createFakeClock(), limits).openWindow();
  expect(window.receive(256 * kib)).toBe(true);
  expect(window.receive(1)).toBe(false);
});

test('what is promised on all pipes of a session never exceeds its bound, and no pipe is left without [tunnel.sessionWindowBytes]', () => {
  const anyUse = fc.record({
    pipe: fc.nat(199),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    waitMs: fc.constantFrom(0, 0, 300),
    close: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyUse, { maxLength: 400 }), (uses) => {
      const clock = createFakeClock();
      const small = { ...limits, sessionWindowBytes: 8 * kib * kib, maxPipesPerSession: 200 };
      const session = new SessionCredit(clock, small);
      const pipes = new Map<number, { window: ReceiveWindow; promised: number }>();
      for (const { pipe, share, waitMs, close } of uses) {
        clock.advance(waitMs);
        const known = pipes.get(pipe);
        if (known === undefined) {
          const window = session.openWindow();
          pipes.set(pipe, { window, promised: window.firstBytes });
        } else if (close && share < 0.2) {
          known.window.close();
          pipes.delete(pipe);
        } else {
          const count = Math.ceil(known.promised * share);
          known.promised += use(known.window, count) - count;
        }
        const all = [...pipes.values()].reduce((sum, { promised }) => sum + promised, 0);
        expect([...pipes.values()].every(({ promised }) => promised > 0)).toBe(true);
        expect(all).toBeLessThanOrEqual(small.sessionWindowBytes);
      }
    }),
    { numRuns: 200 },
  );
});

test('4096 pipes get a window each', () => {
  const session = new SessionCredit(createFakeClock(), limits);
  const windows = Array.from({ length: 4096 }, () => session.openWindow().firstBytes);
  expect(Math.min(...windows)).toBe(4 * kib);
  expect(windows.reduce((sum, bytes) => sum + bytes)).toBeLessThanOrEqual(64 * kib * kib);
});
