import type { Clock } from '@switchyard/contract';
import type { Collection, Pod } from '@switchyard/kube';
import { isReadyRouter } from '@switchyard/takeover';

/** Resolves when another manager of the namespace is ready to take the place of one that stops, or after `mostMs`. */
export async function untilSucceeded(
  { clock, pods }: { readonly clock: Clock; readonly pods: Collection<Pod> },
  mostMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    // A pod that is about to end counts no more, so that this one is never meant.
    if ([...pods.objects.values()].some(isReadyRouter)) resolve();
  };
  const timer = clock.after(mostMs, resolve);
  const stop = pods.onChange(look);
  look();
  await promise;
  timer.cancel();
  stop();
}
