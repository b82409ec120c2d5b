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
  return claim.deleted || endedHere ? { reason: 'removed' } : undefined;
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

const withdrawals: Partial<Record<InterceptReason, EndReason>> = {
  Protected: 'policy',
  PolicyDenied: 'policy',
  RightLost: 'right_lost',
};
