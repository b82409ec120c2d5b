import type { Clock, InterceptError } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';

/** A signal with an end of its own. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** From now on only the caller's signal counts. */
  lift(): void;
}

/** A signal that is aborted with `toError()` after `afterMs`, or with the reason of `outer`. */
export function createDeadline(clock: Clock, afterMs: number, outer: AbortSignal | undefined, toError: () => InterceptError): Deadline {
  const controller = new AbortController();
  const timer = clock.after(afterMs, () => controller.abort(toError()));
  const onAbort = (): void => {
    if (outer !== undefined) controller.abort(toAbortError(outer));
  };
  if (outer?.aborted === true) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    lift: () => timer.cancel(),
    [Symbol.dispose]: () => {
      timer.cancel();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}
