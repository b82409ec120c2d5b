import { isDeepStrictEqual } from 'node:util';
import type { OriginalService, RoutedServiceStatus } from '@switchyard/kube';
import { serviceLimits } from '../../limits.ts';
import { keepAfterDrift, listRetakes } from './drift.ts';
import type { RoutedObservation, Step } from './observation.ts';
import { conditionOf, toStatus, toTimestamp, type Claim } from './status.ts';

/**
 * The next step towards a Service whose traffic passes through the routers. Its order is the safety of a takeover: the record of what the
 * owner wants, the ports, the shadow with its endpoints, and only then the Service.
 */
export function decideTakeOver(observation: RoutedObservation): Step {
  return (
    record(observation) ?? openPorts(observation) ?? prepareShadow(observation) ?? take(observation) ?? settle(observation) ?? { t: 'rest' }
  );
}

/** Phase, original and ports, in writing. */
function record(observation: RoutedObservation): Step | undefined {
  const { routed, plan } = observation;
  const { phase, original } = routed.status ?? {};
  if (phase === undefined || original === undefined || phase === 'Restoring') {
    // Wanted again on the way back, or a manager died in between: the Service tells how far it is.
    const next = { phase: plan.pointsHere ? 'Routed' : 'Preparing', ...(plan.original && { original: plan.original }) } as const;
    return write(observation, next, waiting('WaitingForRouters', 'The routers are about to open its ports.'));
  }
  if (plan.original !== undefined && !isSameWish(original, plan.original)) {
    // Its owner wants something else now. Where we had given up against a foreign hand, that is a new beginning.
    const retakes = conditionOf(routed, 'Contested')?.status === 'True' ? { retakes: [] } : {};
    return write(observation, { original: plan.original, ...retakes });
  }
  return plan.spec === undefined || isDeepStrictEqual(routed.spec, plan.spec) ? undefined : { t: 'write-spec', spec: plan.spec };
}

/** Who owns which field is written with the takeover itself. */
function isSameWish(left: OriginalService, right: OriginalService): boolean {
  return isDeepStrictEqual({ ...left, managedFields: [] }, { ...right, managedFields: [] });
}

function openPorts(observation: RoutedObservation): Step | undefined {
  const { ports, plan } = observation;
  if (ports.t === 'opening') {
    const claim = waiting('WaitingForRouters', 'The routers have not opened all of its ports yet.');
    // A manager that has just started: callers are better served by what stands than told of it.
    return plan.isTaken ? { t: 'rest' } : (write(observation, {}, claim) ?? { t: 'rest' });
  }
  if (ports.t !== 'failed') return undefined;
  return write(observation, {}, { status: 'False', reason: 'PortUnavailable', message: ports.message }) ?? { t: 'rest' };
}

function prepareShadow(observation: RoutedObservation): Step | undefined {
  const { plan, ports, sameEndpoints } = observation;
  if (!plan.shadowFits) return { t: 'put-shadow' };
  if (ports.t !== 'serving') return { t: 'rest' };
  if (plan.pointsHere || sameEndpoints) return undefined;
  const claim = waiting('WaitingForEndpoints', 'The shadow Service does not have the same ready endpoints yet.');
  return observation.routed.status?.phase === 'Routed' ? undefined : (write(observation, {}, claim) ?? { t: 'rest' });
}

function take(observation: RoutedObservation): Step | undefined {
  const { plan, routed, sameEndpoints, routersReady } = observation;
  if (plan.isTaken) return undefined;
  // A manager leads before the cluster finds it ready, and until then sends it nobody.
  const mayCome = plan.pointsHere || routersReady;
  if (routed.status?.phase !== 'Routed') {
    return mayCome ? { t: 'take' } : (write(observation, {}, waiting('WaitingForRouters', 'No router is ready yet.')) ?? { t: 'rest' });
  }
  const drift = keepAfterDrift(observation);
  if (drift !== undefined) return drift;
  return plan.pointsHere || (mayCome && sameEndpoints) ? { t: 'take' } : { t: 'rest' };
}

/** The Service is ours: says so, and since when. */
function settle(observation: RoutedObservation): Step | undefined {
  const { routed, now } = observation;
  const ready = conditionOf(routed, 'Ready');
  const wasLost = ready?.reason === 'Drifted' || ready?.reason === 'Contested';
  const isNew = wasLost || routed.status?.phase !== 'Routed' || routed.status.routedSince === undefined;
  const retakes = wasLost ? [...listRetakes(routed, now), toTimestamp(now)] : routed.status?.retakes;
  const changes: Partial<RoutedServiceStatus> = {
    phase: 'Routed',
    ...(isNew && { routedSince: toEffective(now) }),
    ...(retakes && { retakes }),
  };
  return write(observation, changes, { status: 'True', reason: 'Routed', message: 'Its traffic passes through the routers.' }, calm);
}

/** When a switch at `now` has reached every node; to the millisecond, as somebody waits for it. */
function toEffective(now: Date): string {
  return new Date(now.getTime() + serviceLimits.switchLagMs.value).toISOString();
}

const calm: Claim = { status: 'False', reason: 'NotContested', message: 'Nobody else keeps writing the Service.' };

function waiting(reason: 'WaitingForRouters' | 'WaitingForEndpoints', message: string): Claim {
  return { status: 'False', reason, message };
}

function write(
  { routed, now }: RoutedObservation,
  changes: Partial<Omit<RoutedServiceStatus, 'conditions'>>,
  ready?: Claim,
  contested?: Claim,
): Step | undefined {
  const status = toStatus(routed, changes, { ...(ready && { Ready: ready }), ...(contested && { Contested: contested }) }, now);
  return status && { t: 'write-status', status };
}
