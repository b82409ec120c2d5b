import type { Clock } from '@switchyard/contract';

/** The longest delay that `setTimeout` takes; longer ones would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

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
      return { cancel: () => clearTimeout(timeout) };
    },
  };
}
