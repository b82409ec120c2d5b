import type { AuditRecord } from '@switchyard/contract';
import { describeWho, type Drain } from '@switchyard/kube';

/**
 * What is to be recorded because the Lease asks for another drain than `before`; undefined: for none. The API server checked that they may
 * write the Lease, and not that the name is theirs; who takes the note away leaves none.
 */
export function toDrainRecord(drain: Drain | undefined, before: Drain | undefined): AuditRecord {
  if (drain === undefined) {
    return {
      id: `drain/undone/${toMoment(before)}`,
      action: 'drain_undone',
      outcome: 'ended',
      user: 'somebody who may write the Lease',
      proven: false,
      message: before && `The drain by ${describeWho(before)} is taken back; intercepts are accepted again.`,
    };
  }
  return {
    id: `drain/started/${toMoment(drain)}/${drain.by}`,
    action: 'drain_started',
    outcome: 'allowed',
    user: drain.by,
    proven: false,
    message: `No new intercepts, an end of those that are at ${toMoment(drain)}, asked for by ${describeWho(drain)}.`,
  };
}

function toMoment(drain: Drain | undefined): string {
  return new Date(drain?.atMs ?? 0).toISOString();
}
