import { fieldManager, leases, managedByLabel, managerName, standDownAnnotation, type Lease, type PatchOperation } from '@switchyard/kube';
import { patchVersion, retryConflicts } from '../execute/conflict.ts';
import type { TakeoverDeps } from '../execute/deps.ts';
import { takeoverLimits } from '../limits.ts';
import { testVersion } from '../plan/patch-paths.ts';

/** How long a Lease holds that does not say it. */
const defaultLeaseMs = 15_000;

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
 * Makes `identity` the leader for `leaseMs`, whoever leads now: who finds another name in the Lease stops leading. Without a Lease nobody leads, and none
 * is made: a watchdog may have no right to.
 */
export function seizeLease(deps: TakeoverDeps, identity: string, signal: AbortSignal): Promise<void> {
  return retryConflicts(deps, signal, async () => {
    const present = await deps.client.get(leases, managerName, { signal });
    if (present === undefined) return;
    const now = toMicroTime(deps.clock.date());
    const spec: Lease['spec'] = {
      holderIdentity: identity,
      leaseDurationSeconds: takeoverLimits.leaseMs.value / 1000,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: (present.spec.leaseTransitions ?? 0) + 1,
    };
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
  #version: string | undefined;
  #sinceMs = 0;

  /** What `lease` shows at `nowMs` of a monotonic scale. */
  isLed(lease: Lease | undefined, nowMs: number): boolean {
    if (lease === undefined || (lease.spec.holderIdentity ?? '') === '') return false;
    const version = `${lease.metadata.uid} ${lease.spec.holderIdentity} ${lease.spec.renewTime}`;
    if (version !== this.#version) {
      this.#version = version;
      this.#sinceMs = nowMs;
    }
    const { leaseDurationSeconds } = lease.spec;
    return nowMs - this.#sinceMs < (leaseDurationSeconds === undefined ? defaultLeaseMs : leaseDurationSeconds * 1000);
  }
}

/** RFC 3339 with microseconds, as Leases want it. */
function toMicroTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
