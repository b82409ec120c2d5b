import { InterceptError } from '@switchyard/contract';
import type { KubeObject, PatchOperation, ResourceType, WriteOptions } from '@switchyard/kube';
import { createBackoff, sleep } from '@switchyard/runtime';
import { takeoverLimits } from '../limits.ts';
import type { TakeoverDeps } from './deps.ts';

/**
 * Runs `attempt` until it is not refused because of somebody else's write, at most `writeAttempts` times with short waits between. An
 * attempt reads anew what it changes. Rejects with the last conflict, with any other error at once, and when `signal` is aborted.
 */
export async function retryConflicts<T>({ clock, log }: TakeoverDeps, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const backoff = createBackoff({ firstMs: 20, maxMs: 500 });
  for (let left = takeoverLimits.writeAttempts.value - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error;
      log.debug('write_conflict', { left });
      await sleep(clock, backoff.next(), signal);
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof InterceptError && error.code === 'cluster_conflict';
}

/**
 * Patches `object`, whose version the first of `operations` tests. Rejects with `cluster_conflict` where it has another version by now: the
 * API server answers a failed test as it answers a change that it finds invalid, so that only another look tells the two apart.
 */
export async function patchVersion<T extends KubeObject>(
  { client }: TakeoverDeps,
  type: ResourceType<T>,
  object: T,
  operations: readonly PatchOperation[],
  options: WriteOptions & { readonly signal: AbortSignal },
): Promise<T> {
  const { name, resourceVersion } = object.metadata;
  try {
    return await client.patch(type, name, { t: 'json', operations }, options);
  } catch (error) {
    if (!(error instanceof InterceptError) || error.code !== 'cluster_refused') throw error;
    const now = await client.get(type, name, { signal: options.signal });
    if (now?.metadata.resourceVersion === resourceVersion) throw error;
    throw new InterceptError('cluster_conflict', `${type.kind} ${name} was changed meanwhile.`, { cause: error });
  }
}
