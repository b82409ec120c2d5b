import {
  originalAnnotation,
  routerSelector,
  type FieldTree,
  type ManagedFieldsEntry,
  type OriginalPort,
  type OriginalService,
  type RoutedService,
  type Service,
} from '@switchyard/kube';
import { giveOwnershipBack } from './ownership.ts';
import { isSameMap } from './same-map.ts';
import { parseOriginal } from './parse-original.ts';

/**
 * What the record says that `service` was before it was taken over; undefined where there is none. The annotation comes first, as it was
 * written in the same change as the values that it explains; where it is lost, the RoutedService's copy stands in, if it is of the same
 * Service.
 */
export function findRecord(service: Service, routed: RoutedService | undefined): OriginalService | undefined {
  const annotation = service.metadata.annotations?.[originalAnnotation];
  const written = annotation === undefined ? undefined : parseOriginal(annotation);
  if (written !== undefined) return written;
  const copy = routed?.status?.original;
  return copy?.uid === service.metadata.uid ? copy : undefined;
}

/** Whether callers of `service` reach the routers. */
export function selectsRouters({ spec }: Service): boolean {
  return spec.selector !== undefined && isSameMap(spec.selector, routerSelector);
}

/** Whether somebody's client-side apply put the labels of its manifest beside ours: such a selector selects nobody. */
export function isMerged({ spec: { selector = {} } }: Service, record: OriginalService | undefined): boolean {
  const ours = Object.entries(routerSelector);
  return record !== undefined && Object.keys(selector).length > ours.length && ours.every(([name, value]) => selector[name] === value);
}

/**
 * What the owner of `service` wants it to select: the recorded selector where ours stands alone, and the other labels where they stand
 * beside ours. Undefined where the Service selects the routers and no record says what it selected before.
 */
export function findOwnSelector(service: Service, record: OriginalService | undefined): OriginalService['selector'] | undefined {
  if (selectsRouters(service)) return record?.selector;
  const { selector } = service.spec;
  if (selector === undefined || !isMerged(service, record)) return selector;
  return Object.fromEntries(Object.entries(selector).filter(([name]) => !(name in routerSelector)));
}

/** The recorded port whose router port stands in the place of this `targetPort`; undefined where the value is the owner's. */
export function findRecordedPort(record: OriginalService | undefined, targetPort: number | string | undefined): OriginalPort | undefined {
  return record?.ports.find(({ routerPort }) => routerPort === targetPort);
}

/**
 * What `service` would be if it were given back now: values that are ours come from the record, all others are its owner's present wish. So
 * it holds for a Service that was never taken, for one that is, and for one that somebody changed meanwhile. Undefined where a port of the
 * Service has no router port in `routed`, or where the Service selects routers and no record says what it selected before.
 */
export function toOriginal(service: Service, routed: RoutedService): OriginalService | undefined {
  const record = findRecord(service, routed);
  const selector = findOwnSelector(service, record);
  if (selector === undefined) return undefined;
  const ports: OriginalPort[] = [];
  for (const { port, targetPort } of service.spec.ports ?? []) {
    const routerPort = routed.spec.ports.find((planned) => planned.port === port)?.routerPort;
    if (routerPort === undefined) return undefined;
    const recorded = findRecordedPort(record, targetPort);
    const original = recorded === undefined ? targetPort : (recorded.targetPort ?? recorded.port);
    ports.push({ port, ...(original === undefined ? {} : { targetPort: original }), routerPort });
  }
  const managedFields = toOwners(service, record);
  return { uid: service.metadata.uid ?? '', selector, ports, managedFields };
}

/** Who would own which field of `service` if it were given back now. */
export function toOwners({ metadata, spec }: Service, record: OriginalService | undefined): readonly ManagedFieldsEntry[] {
  return giveOwnershipBack(metadata.managedFields ?? [], record?.managedFields ?? [], record && findUndone(spec, record));
}

/** Of the fields that we take, those that have the value of before. */
function findUndone({ selector = {}, ports = [] }: Service['spec'], record: OriginalService): FieldTree {
  const targets = ports.flatMap(({ port, protocol = 'TCP', targetPort = port }): [string, FieldTree][] => {
    const recorded = record.ports.find((known) => known.port === port);
    const isSame = recorded !== undefined && (recorded.targetPort ?? port) === targetPort;
    return isSame ? [[`k:${JSON.stringify({ port, protocol })}`, { 'f:targetPort': {} }]] : [];
  });
  const fields: FieldTree = {
    ...(isSameMap(selector, record.selector) && { 'f:selector': {} }),
    ...(targets.length > 0 && { 'f:ports': Object.fromEntries(targets) }),
  };
  return Object.keys(fields).length === 0 ? {} : { 'f:spec': fields };
}

/** Whether two records lead to the same baseline: the same selector, and the same targets of the same ports. */
export function isSameBaseline(a: OriginalService, b: OriginalService): boolean {
  const toTargets = ({ ports }: OriginalService): string => JSON.stringify(ports.map(({ port, targetPort }) => [port, targetPort ?? port]));
  return isSameMap(a.selector, b.selector) && toTargets(a) === toTargets(b);
}
