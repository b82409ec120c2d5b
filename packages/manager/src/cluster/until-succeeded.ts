import type { Clock } from '@switchyard/contract';
import { isReadyRouter, type Collection, type Pod } from '@switchyard/kube';
import { untilHolds } from './until-holds.ts';

/** Resolves when another manager of the namespace is ready to take the place of one that stops, or after `mostMs`. */
export async function untilSucceeded(
  { clock, pods }: { readonly clock: Clock; readonly pods: Collection<Pod> },
  mostMs: number,
): Promise<void> {
  const over = new AbortController();
  const timer = clock.after(mostMs, () => over.abort());
  // A pod that is about to end counts no more, so that this one is never meant.
  await untilHolds(pods, () => pods.objects.values().some(isReadyRouter), over.signal);
  timer.cancel();
}
