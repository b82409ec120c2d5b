import { InterceptError } from '@switchyard/contract';

/** Resolves with the reason when `signal` is aborted. */
export function untilAborted(signal: AbortSignal): Promise<InterceptError> {
  return new Promise((resolve) => {
    const tell = (): void => resolve(InterceptError.from(signal.reason, 'canceled'));
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}
