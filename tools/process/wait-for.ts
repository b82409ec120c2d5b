import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait, for what, and when to give up early. */
export interface WaitOptions {
  /** Ends the sentence "Waited 5 s in vain for …". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks `condition` every 20 ms until it is true; throws after `timeoutMs` (default 5 s). */
export async function waitFor(condition: () => boolean | Promise<boolean>, options: WaitOptions): Promise<void> {
  const { what, timeoutMs = 5_000, signal } = options;
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    await sleep(20, undefined, { signal });
  }
}
