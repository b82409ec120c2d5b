import type { EndReason } from '@switchyard/contract';
import { describeRevocation, readRevocation, type InterceptReason } from '@switchyard/kube';
import { findCondition, type Claim } from './claim.ts';
import type { Verdict } from './verdict.ts';

/** Why an intercept is over. */
export interface Ending {
  readonly reason: EndReason;
  /** Who or what ended it, one sentence for its owner; undefined where the reason says it all. */
  readonly message?: string | undefined;
}

/** That somebody ended `claim`, where they did: in its owner's place, or the owner by deleting it. */
export function findRemoval(claim: Claim, endedHere: boolean): Ending | undefined {
  const revocation = readRevocation(claim.object);
  if (revocation !== undefined) return { reason: 'revoked', message: describeRevocation(claim.id, revocation) };
  return findTold(claim) ?? (claim.deleted || endedHere ? { reason: 'removed' } : undefined);
}

/**
 * What a refusal means for one that was accepted before, where it cannot come back by waiting: it ends. One that was never accepted only
 * stays refused, so that whoever asks reads why.
 */
export function findWithdrawal(claim: Claim, { holds, reason, message }: Verdict): Ending | undefined {
  const meaning = holds ? undefined : withdrawals[reason];
  if (meaning === undefined || findCondition(claim, 'Accepted')?.status !== 'True') return undefined;
  return { reason: meaning, message };
}

/** How the object says that it is over, for the manager that has its session: only one that had a session is said to be over. */
const tolds: readonly (readonly [reason: EndReason, told: InterceptReason])[] = [
  ['policy', 'PolicyDenied'],
  ['right_lost', 'RightLost'],
  ['idle', 'Idle'],
  // By the clock of who has the session it may not be.
  ['expired', 'Expired'],
  // Not `StandingDown`, which is said of those that were not accepted yet: they stay.
  ['revoked', 'Drained'],
];

/** What the leader wrote into the object before its deletion, for the manager that has its session. */
export function findTold(claim: Claim): Ending | undefined {
  const accepted = findCondition(claim, 'Accepted');
  if (accepted?.status !== 'False' || findCondition(claim, 'SessionReady')?.status !== 'True') return undefined;
  const reason = tolds.find(([, told]) => told === accepted.reason)?.[0];
  return reason && { reason, message: accepted.message };
}

/** The verdict of `claim` that `findTold` reads; undefined where its session need not be told: that somebody revoked it, the object says. */
export function toTold({ id, object }: Pick<Claim, 'id' | 'object'>, { reason, message }: Ending): Verdict | undefined {
  if (readRevocation(object) !== undefined) return undefined;
  const told = tolds.find(([known]) => known === reason)?.[1];
  return told && { holds: false, reason: told, message: message ?? `The intercept ${id} reached the end of its lifetime.` };
}

const withdrawals: Partial<Record<InterceptReason, EndReason>> = {
  Protected: 'policy',
  PolicyDenied: 'policy',
  RightLost: 'right_lost',
};
