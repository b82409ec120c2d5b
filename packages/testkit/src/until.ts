import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait, and for what. */
export interface UntilOptions {
  /** Default 15 s: far more than anything needs, so that only a hang fails. */
  readonly timeoutMs?: number;
  /** Ends the sentence "gave up waiting for ..." of the failure. */
  readonly about?: string;
}

/** `T` without the values that count as "not yet". */
export type Found<T> = Exclude<T, undefined | null | false | 0 | ''>;

/** Polls `condition` until it gives a truthy value and returns that value; rejects when the time is over. */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions = {}): Promise<Found<T>> {
  const timeoutMs = options.timeoutMs ?? 15_000;
  const start = performance.now();
  for (let pauseMs = 0; ; pauseMs = Math.min(pauseMs + 1, 10)) {
    const value = await condition();
    if (isFound(value)) return value;
    if (performance.now() - start > timeoutMs) {
      throw new Error(`gave up after ${timeoutMs} ms waiting for ${options.about ?? String(condition)}`);
    }
    await delay(pauseMs);
  }
}

/** Whether a condition gave a value that ends a wait. */
export function isFound<T>(value: T): value is T & Found<T> {
  return Boolean(value);
}
