import type { Clock } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import type { RouterLimits } from './limits.ts';

const stepMs = 50;

/** Gives the milliseconds that have passed: 0 at once, then at every step, until `graceMs` are over or `signal` is aborted. */
export async function* elapse(clock: Clock, graceMs: number, signal: AbortSignal): AsyncGenerator<number, void> {
  const began = clock.now();
  for (let passed = 0; passed < graceMs && !signal.aborted; passed = clock.now() - began) {
    yield passed;
    // Told by the signal itself.
    await sleep(clock, Math.min(stepMs, graceMs - passed), signal).catch(() => {});
  }
}

/** When idle connections are ended: soon enough that those who are told so may leave before the grace is over. */
export function toIdleMs({ drainIdleMs, lingerMs }: Pick<RouterLimits, 'drainIdleMs' | 'lingerMs'>, graceMs: number): number {
  return Math.min(drainIdleMs, Math.max(graceMs / 2, graceMs - lingerMs));
}
