import { findConflict } from '@switchyard/route';
import type { ManagerLimits } from '../../limits.ts';
import { toKeyTaken } from '../../registry/refusals.ts';
import { byAge, type Claim } from './claim.ts';
import type { JudgePlace } from './judge-place.ts';
import type { Verdict } from './verdict.ts';

/**
 * Which of `claims` are accepted, by uid. A claim holds its key against every other owner's later one, whether its own place can be
 * intercepted now or not: who was accepted is not put out because somebody else's Service appears. Claims over the owner's limit hold
 * nothing.
 */
export function judgeAcceptance(
  claims: readonly Claim[],
  judgePlace: JudgePlace,
  { interceptsPerOwner }: Pick<ManagerLimits, 'interceptsPerOwner'>,
): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const counts = new Map<string, number>();
  const holders = new Map<string, Claim[]>();
  for (const claim of claims.toSorted(byAge)) {
    const { uid, id, key = id, owner } = claim;
    const others = counts.get(owner) ?? 0;
    const sameKey = holders.get(key) ?? [];
    const conflict = findConflict(sameKey, claim);
    if (others >= interceptsPerOwner) {
      verdicts.set(uid, toTooMany(owner, interceptsPerOwner));
    } else if (conflict !== undefined) {
      counts.set(owner, others + 1);
      verdicts.set(uid, toTaken(conflict.rule));
    } else {
      counts.set(owner, others + 1);
      holders.set(key, [...sameKey, claim]);
      verdicts.set(uid, judgeMatch(claim) ?? judgePlace(claim) ?? accepted);
    }
  }
  return verdicts;
}

const accepted: Verdict = { holds: true, reason: 'Accepted', message: 'The intercept is allowed.' };

/** What no definition of a resource refuses. */
function judgeMatch({ key, match, mistake }: Claim): Verdict | undefined {
  if (mistake !== undefined) return { holds: false, reason: 'MatchInvalid', message: mistake };
  if (key === undefined) {
    const why = 'it takes the requests of people who do not know of it';
    return {
      holds: false,
      reason: 'PolicyDenied',
      message: `An intercept without a key is allowed by no policy of this namespace: ${why}.`,
    };
  }
  if (!match.some((conditions) => conditions.some(({ t }) => t === 'percent'))) return undefined;
  return { holds: false, reason: 'PercentDenied', message: 'An intercept of a share of the requests is not allowed in a cluster.' };
}

function toTaken(holder: Claim): Verdict {
  return { holds: false, reason: 'KeyTaken', message: toKeyTaken({ ...holder, createdAt: new Date(holder.createdAtMs) }, holder.client) };
}

function toTooMany(owner: string, limit: number): Verdict {
  return { holds: false, reason: 'LimitReached', message: `${owner} has ${limit} intercepts, and no more are allowed.` };
}
