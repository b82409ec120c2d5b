import { isDeepStrictEqual } from 'node:util';
import {
  fieldManager,
  routedServices,
  services,
  type OriginalService,
  type PatchOperation,
  type RoutedService,
  type Service,
} from '@switchyard/kube';
import { inspectService, type ServiceState } from '../plan/inspect.ts';
import { isSameBaseline, toOriginal } from '../plan/original.ts';
import { testVersion } from '../plan/patch-paths.ts';
import { toTakePatch } from '../plan/take.ts';
import { patchVersion, retryConflicts } from './conflict.ts';
import type { TakeoverDeps } from './deps.ts';

/** What became of an attempt to take a Service over. */
export type TakeResult =
  /** Its traffic goes to the routers. */
  | { readonly t: 'taken'; readonly service: Service; readonly routed: RoutedService }
  /** Somebody changed the Service since the shadow was made: make the shadow of what it is now, then try again. Nothing was changed. */
  | { readonly t: 'outdated' }
  /** It cannot be taken as it is. Nothing was changed. */
  | { readonly t: 'impossible'; readonly state: ServiceState };

/**
 * Takes the Service `name` over, anew or after a foreign write. Its RoutedService exists and has a router port for each of its ports, all
 * routers listen there, and its shadow leads to the baseline of `prepared`. The record is written before the Service is touched. Safe to
 * repeat after a crash at any point. Whether the Service may be taken (`findServiceRefusal`) is the caller's question.
 */
export function takeService(deps: TakeoverDeps, name: string, prepared: OriginalService, signal: AbortSignal): Promise<TakeResult> {
  return retryConflicts(deps, signal, async () => {
    // First the record's object, then the Service: a leader that slept in between cannot overwrite the record of a later one.
    const routed = await deps.client.get(routedServices, name, { signal });
    const service = await deps.client.get(services, name, { signal });
    if (routed === undefined) return { t: 'outdated' };
    const state = inspectService(service, routed);
    if (service === undefined || state.t === 'gone' || state.t === 'replaced' || state.t === 'stranded') return { t: 'impossible', state };
    const original = toOriginal(service, routed);
    if (original === undefined || !isSameBaseline(original, prepared)) return { t: 'outdated' };
    if (state.t === 'taken') return { t: 'taken', service, routed };
    const recorded = await writeRecord(deps, routed, original, signal);
    const taken = await patchVersion(deps, services, service, toTakePatch(service, original), { signal, fieldManager });
    deps.log.info('service_taken', { service: name });
    return { t: 'taken', service: taken, routed: recorded };
  });
}

async function writeRecord(
  deps: TakeoverDeps,
  routed: RoutedService,
  original: OriginalService,
  signal: AbortSignal,
): Promise<RoutedService> {
  if (isDeepStrictEqual(routed.status?.original, original)) return routed;
  const write: PatchOperation =
    routed.status === undefined
      ? { op: 'add', path: '/status', value: { original } }
      : { op: 'add', path: '/status/original', value: original };
  return await patchVersion(deps, routedServices, routed, [testVersion(routed), write], { signal, subresource: 'status' });
}
