import { InterceptError, type Clock } from '@switchyard/contract';

/** Why `signal` was aborted, as an `InterceptError`: its reason where that is one, else `canceled`. */
export function toAbortError(signal: AbortSignal): InterceptError {
  return InterceptError.from(signal.reason, 'canceled', 'The operation was canceled.');
}

/** Waits `delayMs` on `clock`. Rejects with `toAbortError(signal)` as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(toAbortError(signal));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(toAbortError(signal));
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
