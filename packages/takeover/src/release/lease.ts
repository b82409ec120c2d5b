import {
  fieldManager,
  isLeaseFree,
  leases,
  managedByLabel,
  managerName,
  seeLease,
  standDownAnnotation,
  toLeaseTaken,
  type Lease,
  type LeaseSight,
  type PatchOperation,
} from '@switchyard/kube';
import { patchVersion, retryConflicts } from '../execute/conflict.ts';
import type { TakeoverDeps } from '../execute/deps.ts';
import { takeoverLimits } from '../limits.ts';
import { testVersion } from '../plan/patch-paths.ts';

/** How long a Lease holds that does not say it. */
const defaultLeaseMs = 15_000;
/** Who looks does not want to lead. */
const nobody = '';

/** Tells the leader, and every later one, to give all Services back and to take none. */
export function standDown(deps: TakeoverDeps, signal: AbortSignal): Promise<Lease> {
  const annotations = { [standDownAnnotation]: 'true' };
  return retryConflicts(deps, signal, async () => {
    const present = await deps.client.get(leases, managerName, { signal });
    if (present !== undefined) {
      return await deps.client.patch(leases, managerName, { t: 'merge', change: { metadata: { annotations } } }, { signal, fieldManager });
    }
    // No manager ever led, but one may be starting.
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: managerName, labels: managedByLabel, annotations },
      spec: {},
    };
    return await deps.client.create(leases, lease, { signal, fieldManager });
  });
}

/**
 * Makes `identity` the leader for `leaseMs`, whoever leads now: who finds another name in the Lease stops leading. Without a Lease nobody
 * leads, and none is made: a watchdog may have no right to.
 */
export function seizeLease(deps: TakeoverDeps, identity: string, signal: AbortSignal): Promise<void> {
  return retryConflicts(deps, signal, async () => {
    const present = await deps.client.get(leases, managerName, { signal });
    if (present === undefined) return;
    const spec = toLeaseTaken(present.spec, identity, takeoverLimits.leaseMs.value, deps.clock.date());
    const write: PatchOperation = { op: 'add', path: '/spec', value: spec };
    await patchVersion(deps, leases, present, [testVersion(present), write], { signal, fieldManager });
  });
}

/** Lets another lead at once, if `identity` still does. */
export function releaseLease(deps: TakeoverDeps, identity: string, signal: AbortSignal): Promise<void> {
  return retryConflicts(deps, signal, async () => {
    const present = await deps.client.get(leases, managerName, { signal });
    if (present?.spec.holderIdentity !== identity) return;
    const write: PatchOperation = { op: 'replace', path: '/spec/holderIdentity', value: '' };
    await patchVersion(deps, leases, present, [testVersion(present), write], { signal, fieldManager });
  });
}

/** Whether somebody leads, told without comparing clocks: a Lease that did not change for its duration, as seen from here, has expired. */
export class LeaderWatch {
  #sight: LeaseSight | undefined;

  /** What `lease` shows at `nowMs` of a monotonic scale. */
  isLed(lease: Lease | undefined, nowMs: number): boolean {
    if (lease === undefined) return false;
    this.#sight = seeLease(this.#sight, lease, nowMs);
    return !isLeaseFree(this.#sight, nobody, nowMs, defaultLeaseMs);
  }
}
