import type { Clock } from '@switchyard/contract';

/** The longest delay that `setTimeout` takes; longer ones would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;
/** Longer delays are moments rather than bounds, and nearly each is another number of milliseconds. */
const longMs = 60_000;

/** The system's time. Its timers keep no process alive. */
export function createSystemClock(): Clock {
  return {
    now: () => performance.now(),
    date: () => new Date(),
    after: (delayMs, fn) => {
      let timeout: NodeJS.Timeout;
      const arm = (leftMs: number): void => {
        const next = leftMs > longestTimeoutMs ? () => arm(leftMs - longestTimeoutMs) : fn;
        timeout = setTimeout(next, Math.min(leftMs, longestTimeoutMs));
        timeout.unref();
      };
      arm(delayMs);
      return {
        cancel: () => {
          // Node.js keeps a list for each delay, and a canceled timer's empty one until its time, for hours here, unless the timer is referenced.
          if (delayMs > longMs) timeout.ref();
          clearTimeout(timeout);
        },
      };
    },
  };
}
