import { randomUUID } from 'node:crypto';
import { InterceptError } from '@switchyard/contract';
import { routedServices, services, shadowLabel } from '@switchyard/kube';
import { sleep } from '@switchyard/runtime';
import type { TakeoverDeps } from '../execute/deps.ts';
import { restoreService } from '../execute/restore-service.ts';
import { takeoverLimits } from '../limits.ts';
import { releaseLease, seizeLease } from './lease.ts';
import { countReadyRouters, findTakeovers } from './takeovers.ts';

/** What became of one Service. */
export type ServiceRelease =
  /** It is its owner's. */
  | { readonly service: string; readonly t: 'restored' }
  /** There is no such Service any more. */
  | { readonly service: string; readonly t: 'gone' }
  /** It is not its owner's; its record and shadow were left where they are. */
  | { readonly service: string; readonly t: 'failed'; readonly error: InterceptError };

/**
 * Gives every Service of the namespace back without a manager, as the holder of its Lease, and deletes what is left of the takeovers of
 * those that are given back. What fails is tried again until `restoreAllMs` have passed.
 */
export async function restoreAll(deps: TakeoverDeps, signal: AbortSignal): Promise<readonly ServiceRelease[]> {
  const identity = `switchyard-release-${randomUUID()}`;
  await seizeLease(deps, identity, signal);
  try {
    const releases = new Map<string, ServiceRelease>();
    for await (const release of releaseEach(deps, signal)) releases.set(release.service, release);
    // Connections that are open go on through routers that live, and those still dial the shadows.
    if ((await countReadyRouters(deps, signal)) > 0) await sleep(deps.clock, takeoverLimits.settleMs.value, signal);
    await clearUp(deps, (service) => releases.get(service)?.t !== 'failed', signal);
    return [...releases.values()];
  } finally {
    // Who was told to stop, or failed, must not keep a manager from leading.
    await releaseLease(deps, identity, new AbortController().signal);
  }
}

/** What became of each Service; of one that was tried again, the last counts. */
async function* releaseEach(deps: TakeoverDeps, signal: AbortSignal): AsyncGenerator<ServiceRelease> {
  const { clock } = deps;
  const deadline = clock.now() + takeoverLimits.restoreAllMs.value;
  let open: readonly string[] = [...(await findTakeovers(deps, signal)).names];
  for (;;) {
    const again: string[] = [];
    for (const service of open) {
      const release = clock.now() < deadline ? await releaseOne(deps, service, signal) : toLate(service);
      if (release.t === 'failed' && release.error.row.retry !== 'never') again.push(service);
      yield release;
    }
    if (again.length === 0 || clock.now() >= deadline) return;
    open = again;
    await sleep(clock, takeoverLimits.pollMs.value, signal);
  }
}

function toLate(service: string): ServiceRelease {
  const error = new InterceptError('cluster_unavailable', `${service} could not be given back in time.`, { hint: 'Try again.' });
  return { service, t: 'failed', error };
}

async function releaseOne(deps: TakeoverDeps, service: string, signal: AbortSignal): Promise<ServiceRelease> {
  try {
    const result = await restoreService(deps, service, signal);
    if (result.t === 'stranded') return { service, t: 'failed', error: toStranded(service) };
    return { service, t: result.t };
  } catch (error) {
    if (signal.aborted) throw error;
    deps.log.warn('restore_failed', { service }, error);
    return { service, t: 'failed', error: InterceptError.from(error) };
  }
}

/** Selects the routers, and only its owner knows what it should select. */
function toStranded(service: string): InterceptError {
  return new InterceptError('service_unsupported', `${service} selects the routers, and no record says what it selected before.`, {
    hint: `Apply the manifest of ${service} again.`,
  });
}

/** Deletes the shadows and RoutedServices of the Services that `isDone` names. */
export async function clearUp(deps: TakeoverDeps, isDone: (service: string) => boolean, signal: AbortSignal): Promise<void> {
  const { shadows, routed } = await findTakeovers(deps, signal);
  for (const { metadata } of shadows) {
    if (isDone(metadata.labels?.[shadowLabel] ?? '')) await deps.client.delete(services, metadata.name, { uid: metadata.uid, signal });
  }
  // The records go last: a crash before leaves what a next attempt goes by.
  for (const { metadata } of routed) {
    if (isDone(metadata.name)) await deps.client.delete(routedServices, metadata.name, { uid: metadata.uid, signal });
  }
}
