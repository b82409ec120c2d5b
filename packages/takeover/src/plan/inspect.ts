import { originalAnnotation, type OriginalService, type RoutedService, type Service } from '@switchyard/kube';
import { findRecord, findRecordedPort, isMerged, selectsRouters } from './original.ts';
import { parseOriginal } from './parse-original.ts';
import { isSameMap } from './same-map.ts';

/** How a Service stands to its takeover. */
export type ServiceState =
  | { readonly t: 'gone' }
  /** Another object of the same name than the one that the RoutedService was made for: drop that and its shadow, and begin anew. */
  | { readonly t: 'replaced' }
  /** Nothing of ours is in it: never taken, or given back. */
  | { readonly t: 'free' }
  /** All of its traffic goes to the routers. */
  | { readonly t: 'taken'; readonly record: OriginalService }
  /** It selects the routers, but callers of some port fail, or the record is lost: to be repaired at once. */
  | { readonly t: 'incomplete'; readonly record: OriginalService; readonly how: Incomplete }
  /**
   * Somebody changed the selector while it was taken: callers reach pods past the routers. Also what a crash in the middle of giving back
   * leaves.
   */
  | { readonly t: 'drifted'; readonly record: OriginalService; readonly how: 'reverted' | 'reselected' }
  /** It selects the routers, and no record says what it selected before. Only its owner can help. */
  | { readonly t: 'stranded' };

/** What is wrong with a Service that selects the routers. */
export type Incomplete =
  /** Labels of its owner's stand beside ours, as a client-side apply leaves them, so that it selects nobody: take it. */
  | 'selector'
  /** Its ports are not those of the RoutedService: plan them anew, let the routers open them, then take it. */
  | 'ports'
  /** A targetPort is not the router's: take it. */
  | 'targetPorts'
  /** The annotation is lost or unreadable: take it. */
  | 'annotation';

/** How `service` stands to its takeover, as the Service itself says; `routed` is only asked for what the Service cannot tell. */
export function inspectService(service: Service | undefined, routed: RoutedService | undefined): ServiceState {
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return { t: 'gone' };
  const copy = routed?.status?.original;
  if (copy !== undefined && copy.uid !== service.metadata.uid) return { t: 'replaced' };
  const record = findRecord(service, routed);
  if (record === undefined) return { t: selectsRouters(service) ? 'stranded' : 'free' };
  if (selectsRouters(service)) {
    const how = findIncomplete(service, record, routed);
    return how === undefined ? { t: 'taken', record } : { t: 'incomplete', record, how };
  }
  if (isMerged(service, record)) return { t: 'incomplete', record, how: 'selector' };
  if (!isTouched(service, record) && routed?.status?.phase !== 'Routed') return { t: 'free' };
  return { t: 'drifted', record, how: isSameMap(service.spec.selector ?? {}, record.selector) ? 'reverted' : 'reselected' };
}

function isTouched(service: Service, record: OriginalService): boolean {
  if (service.metadata.annotations?.[originalAnnotation] !== undefined) return true;
  return (service.spec.ports ?? []).some(({ targetPort }) => {
    const recorded = findRecordedPort(record, targetPort);
    return recorded !== undefined && (recorded.targetPort ?? recorded.port) !== targetPort;
  });
}

function findIncomplete(service: Service, record: OriginalService, routed: RoutedService | undefined): Incomplete | undefined {
  const ports = service.spec.ports ?? [];
  const planned = new Map((routed?.spec.ports ?? record.ports).map(({ port, routerPort }) => [port, routerPort]));
  if (ports.length !== planned.size || ports.some(({ port }) => !planned.has(port))) return 'ports';
  if (ports.some(({ port, targetPort }) => planned.get(port) !== targetPort)) return 'targetPorts';
  const written = parseOriginal(service.metadata.annotations?.[originalAnnotation] ?? '');
  const isWhole = written !== undefined && ports.every(({ port }) => written.ports.some((known) => known.port === port));
  return isWhole && written.uid === service.metadata.uid ? undefined : 'annotation';
}
