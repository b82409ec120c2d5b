import { InterceptError } from '@switchyard/contract';

/** Resolves with the reason when the command is told to stop. */
export function untilStopped(signal: AbortSignal): Promise<InterceptError> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(InterceptError.from(signal.reason, 'canceled'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
