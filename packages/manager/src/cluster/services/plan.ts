import { isDeepStrictEqual } from 'node:util';
import { toShadowName, type RoutedService, type Service } from '@switchyard/kube';
import { findRecord, inspectService, isSamePlan, planRoutedPorts, toOriginal, toPortKey, toShadowService } from '@switchyard/takeover';
import type { Plan } from './observation.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly service: Service | undefined;
  readonly routed: RoutedService | undefined;
  readonly shadow: Service | undefined;
  readonly warm: boolean;
  /** All of the namespace: no two ports may share a router port. */
  readonly all: Iterable<RoutedService>;
}

/** What the objects of a service should be. Throws `limit_reached` where no router port is left. */
export function makePlan(input: PlanInput): Plan {
  const { service, routed, shadow } = input;
  const { t: state } = inspectService(service, routed);
  const isGone = state === 'gone' || state === 'replaced';
  if (service === undefined || isGone) {
    return {
      isGone,
      isStranded: false,
      spec: undefined,
      original: undefined,
      shadowFits: false,
      pointsHere: false,
      isTaken: false,
      isGivenBack: true,
    };
  }
  const spec = toSpec(service, input);
  const planned = toPlanned(service, routed, spec);
  const original = toOriginal(service, planned);
  const { t: plannedState } = inspectService(service, planned);
  return {
    isGone,
    isStranded: state === 'stranded',
    spec,
    original,
    shadowFits: original !== undefined && shadow !== undefined && isShadowOf(shadow, toShadowService(service, original)),
    pointsHere: plannedState === 'taken' || plannedState === 'incomplete',
    isTaken: plannedState === 'taken',
    // The phase says where a manager was going; here is asked what it left in the Service.
    isGivenBack: inspectService(service, { ...planned, status: { ...planned.status, phase: 'Restoring' } }).t === 'free',
  };
}

function toSpec(service: Service, { routed, warm, all }: PlanInput): RoutedService['spec'] {
  const ports = planRoutedPorts(service, routed ?? recallRouted(service), all);
  return {
    // What is the same stays as it is written.
    ports: routed !== undefined && isSamePlan(ports, routed.spec.ports) ? routed.spec.ports : ports,
    shadow: toShadowName(service.metadata.name),
    ...(warm && { warm }),
    ...(service.spec.sessionAffinity === 'ClientIP' && { clientAffinity: true }),
  };
}

/** A RoutedService that somebody deleted, as far as the Service's own record tells: callers still come to its router ports. */
function recallRouted(service: Service): RoutedService | undefined {
  const record = findRecord(service, undefined);
  const nameOf = (number: number): string => {
    const found = service.spec.ports?.find(({ port }) => port === number);
    return found === undefined ? String(number) : toPortKey(found);
  };
  const ports = record?.ports.map(({ port, routerPort }) => ({ name: nameOf(port), port, routerPort, protocol: 'auto' }) as const);
  return ports && toPlanned(service, undefined, { ports, shadow: toShadowName(service.metadata.name) });
}

/** `routed` as it is about to be. */
function toPlanned({ metadata: { name } }: Service, routed: RoutedService | undefined, spec: RoutedService['spec']): RoutedService {
  return { apiVersion: 'switchyard.dev/v1alpha1', kind: 'RoutedService', metadata: { name }, ...routed, spec };
}

/** Whether `shadow` leads where it should. The order of keys is the API server's, and what it adds is not asked for. */
function isShadowOf(shadow: Service, { spec }: Service): boolean {
  return isDeepStrictEqual([shadow.spec.selector, shadow.spec.ports], [spec.selector, spec.ports]);
}
