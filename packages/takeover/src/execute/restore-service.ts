import { InterceptError } from '@switchyard/contract';
import { fieldManager, routedServices, services, type RoutedService, type Service } from '@switchyard/kube';
import { findRecord, selectsRouters } from '../plan/original.ts';
import { toOwnershipPatch, toValuesPatch } from '../plan/restore.ts';
import { patchVersion, retryConflicts } from './conflict.ts';
import type { TakeoverDeps } from './deps.ts';

/** What became of giving a Service back. */
export type RestoreResult =
  /** It is its owner's again; `changed` is false where nothing of ours was left in it. */
  | { readonly t: 'restored'; readonly service: Service; readonly changed: boolean }
  /** There is no such Service any more. */
  | { readonly t: 'gone' }
  /** It selects the routers, and no record says what it selected before. */
  | { readonly t: 'stranded' };

/**
 * Gives the Service `name` back: values, then ownership and record. What somebody changed meanwhile stays as they want it. Works with or
 * without a RoutedService, and safe to repeat after a crash at any point. The shadow and the RoutedService stay: open connections still
 * need them.
 */
export function restoreService(deps: TakeoverDeps, name: string, signal: AbortSignal): Promise<RestoreResult> {
  return retryConflicts(deps, signal, async () => {
    const routed = await findRouted(deps, name, signal);
    const service = await deps.client.get(services, name, { signal });
    if (service === undefined) return { t: 'gone' };
    const record = findRecord(service, routed);
    if (record === undefined && selectsRouters(service)) return { t: 'stranded' };
    const values = record && toValuesPatch(service, record);
    const given = values === undefined ? service : await patchVersion(deps, services, service, values, { signal, fieldManager });
    const ownership = toOwnershipPatch(given, record);
    const restored = ownership === undefined ? given : await patchVersion(deps, services, given, ownership, { signal, fieldManager });
    const changed = restored !== service;
    if (changed) deps.log.info('service_restored', { service: name });
    return { t: 'restored', service: restored, changed };
  });
}

async function findRouted({ client }: TakeoverDeps, name: string, signal: AbortSignal): Promise<RoutedService | undefined> {
  try {
    return await client.get(routedServices, name, { signal });
  } catch (error) {
    // The resource type itself is gone: the annotation has to do.
    if (error instanceof InterceptError && error.code === 'cluster_not_found') return undefined;
    throw error;
  }
}
