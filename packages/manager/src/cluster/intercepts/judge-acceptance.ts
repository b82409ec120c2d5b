import type { Allowance, Ruling } from '@switchyard/policy';
import { findConflict } from '@switchyard/route';
import type { ManagerLimits } from '../../limits.ts';
import { toKeyTaken } from '../../registry/refusals.ts';
import { QuotaCount, type Acceptance } from '../policies/judge-quota.ts';
import { byAge, type Claim } from './claim.ts';
import type { JudgePlace } from './judge-place.ts';
import type { Verdict } from './verdict.ts';

/** What acceptance depends on beside the claims themselves. */
export interface AcceptanceJudges {
  readonly judgePlace: JudgePlace;
  /** What the policies say, but for how many there are. */
  readonly rulingOf: (claim: Claim) => Ruling;
}

/**
 * Which of `claims` are accepted, by uid. A claim holds its key against every other owner's later one, whether its own place can be
 * intercepted now or not: who was accepted is not put out because somebody else's Service appears. Claims over the owner's limit, those whose
 * match makes no sense, and those that policies do not allow hold nothing; one that waits for approval holds its place.
 */
export function judgeAcceptance(
  claims: readonly Claim[],
  { judgePlace, rulingOf }: AcceptanceJudges,
  { interceptsPerOwner }: Pick<ManagerLimits, 'interceptsPerOwner'>,
): ReadonlyMap<string, Acceptance> {
  const verdicts = new Map<string, Acceptance>();
  const counts = new Map<string, number>();
  const quotas = new QuotaCount();
  const holders = new Map<string, Claim[]>();
  for (const claim of claims.toSorted(byAge)) {
    const { uid, id, key = id, owner } = claim;
    const others = counts.get(owner) ?? 0;
    if (others >= interceptsPerOwner) {
      verdicts.set(uid, toTooMany(owner, interceptsPerOwner));
      continue;
    }
    counts.set(owner, others + 1);
    const mistake = judgeMatch(claim);
    // What it asks for no policy can say anything of: so it holds nothing either.
    if (mistake !== undefined) {
      verdicts.set(uid, mistake);
      continue;
    }
    const policy = quotas.judge(claim, rulingOf(claim));
    if (policy.refusal !== undefined && !policy.holds) {
      verdicts.set(uid, policy.refusal);
      continue;
    }
    const sameKey = holders.get(key) ?? [];
    const conflict = findConflict(sameKey, claim);
    if (conflict !== undefined) {
      verdicts.set(uid, toTaken(conflict.rule));
      continue;
    }
    holders.set(key, [...sameKey, claim]);
    quotas.add(claim);
    verdicts.set(uid, { ...(policy.refusal ?? judgePlace(claim) ?? toAccepted(policy.allowance)), placed: true });
  }
  return verdicts;
}

function toAccepted(allowance: Allowance | undefined): Acceptance {
  const policy = allowance?.policy;
  const message = policy === undefined ? 'The intercept is allowed.' : `The policy "${policy}" allows the intercept.`;
  return { holds: true, reason: 'Accepted', message, policy, allowance };
}

/** What no definition of a resource refuses. */
function judgeMatch({ mistake }: Claim): Verdict | undefined {
  return mistake === undefined ? undefined : { holds: false, reason: 'MatchInvalid', message: mistake };
}

function toTaken(holder: Claim): Verdict {
  return { holds: false, reason: 'KeyTaken', message: toKeyTaken({ ...holder, createdAt: new Date(holder.createdAtMs) }, holder.client) };
}

function toTooMany(owner: string, limit: number): Verdict {
  return { holds: false, reason: 'LimitReached', message: `${owner} has ${limit} intercepts, and no more are allowed.` };
}
