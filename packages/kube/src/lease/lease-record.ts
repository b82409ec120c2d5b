import type { Lease } from '../resources/core.ts';
import { leases } from '../resources/core.ts';

/** A lease as its holder writes it. */
export type LeaseSpec = Lease['spec'];

/** Who may lead now, as far as one looker knows: what stands in the lease, and since when it stands there by the looker's own clock. */
export interface LeaseSight {
  readonly lease: Lease;
  /** On the monotonic scale of the looker. */
  readonly sinceMs: number;
}

/**
 * What a looker knows after it saw `lease`. Only that the record changes is compared, with times by one's own clock: that the holder's wall
 * clock and ours disagree does not matter.
 */
export function seeLease(before: LeaseSight | undefined, lease: Lease, nowMs: number): LeaseSight {
  const isSame = before !== undefined && toMark(before.lease) === toMark(lease);
  return { lease, sinceMs: isSame ? before.sinceMs : nowMs };
}

/** What every renewal changes; annotations are others' business. */
function toMark({ metadata, spec }: Lease): string {
  return JSON.stringify([metadata.uid, spec.holderIdentity, spec.renewTime, spec.acquireTime, spec.leaseTransitions]);
}

/** Who leads renews far more often. Whoever may write the object must not keep everybody from leading for a day. */
const longestMs = 120_000;

/** Whether `identity` may take the lease now. */
export function isLeaseFree({ lease: { spec }, sinceMs }: LeaseSight, identity: string, nowMs: number, defaultMs: number): boolean {
  const holder = spec.holderIdentity ?? '';
  if (holder === '' || holder === identity) return true;
  const durationMs = spec.leaseDurationSeconds === undefined ? defaultMs : spec.leaseDurationSeconds * 1000;
  return nowMs - sinceMs >= Math.min(durationMs, longestMs);
}

/** The record of a new leader. */
export function toLeaseTaken(before: LeaseSpec | undefined, identity: string, durationMs: number, date: Date): LeaseSpec {
  const time = toMicroTime(date);
  const isOther = before !== undefined && before.holderIdentity !== identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: durationMs / 1000,
    acquireTime: time,
    renewTime: time,
    // An int32, which somebody may have written.
    leaseTransitions: ((before?.leaseTransitions ?? 0) + (isOther ? 1 : 0)) % 0x7fff_ffff,
  };
}

/** A new lease object. */
export function toLease(name: string, spec: LeaseSpec): Lease {
  return { apiVersion: `${leases.group}/${leases.version}`, kind: leases.kind, metadata: { name }, spec };
}

/** RFC 3339 with microseconds, as leases want it. */
export function toMicroTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
