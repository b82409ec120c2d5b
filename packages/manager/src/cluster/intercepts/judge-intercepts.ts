import type { ManagerLimits } from '../../limits.ts';
import type { Claim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import { findRemoval, findWithdrawal, type Ending } from './ending.ts';
import { judgeAcceptance } from './judge-acceptance.ts';
import { judgeLifetime, type Lifetime } from './judge-lifetime.ts';
import { createPlaceJudge } from './judge-place.ts';
import { judgeRouting, type Routing } from './judge-routing.ts';
import { judgeStanding, type ManagerTimes, type SessionLink, type Standing } from './judge-standing.ts';
import type { Verdict } from './verdict.ts';

/** What a manager knows of intercepts beyond the objects; by the objects' uid. */
export interface OwnKnowledge extends ManagerTimes {
  readonly links: ReadonlyMap<string, SessionLink>;
  /** Renewals that the objects do not show yet: until when, epoch milliseconds. */
  readonly renewals: ReadonlyMap<string, number>;
  /** Those that ended here, whatever the objects still say. */
  readonly ended: ReadonlySet<string>;
}

/** What is to be thought of one Intercept object. */
export interface Judgement extends Lifetime {
  readonly claim: Claim;
  readonly standing: Standing;
  /** Why it is over; undefined while it lives. */
  readonly over: Ending | undefined;
  /** Of one that is over: not accepted any more. */
  readonly acceptance: Verdict;
  readonly routing: Routing;
}

/** Judges all `claims` at `nowMs` (epoch milliseconds). Pure: the same knowledge gives the same judgements. */
export function judgeIntercepts(
  claims: readonly Claim[],
  view: ClusterView,
  own: OwnKnowledge,
  nowMs: number,
  limits: Pick<ManagerLimits, 'lifetimeMs' | 'awayLifetimeMs' | 'interceptsPerOwner'>,
): readonly Judgement[] {
  const aged = claims.map((claim) => {
    const standing = judgeStanding(claim, own.links.get(claim.uid), own);
    const lifetime = judgeLifetime(claim, standing, own.renewals.get(claim.uid), nowMs, limits);
    return { claim, standing, ...lifetime, over: findEnd(claim, lifetime, own, nowMs) };
  });
  const living = aged.filter(({ over }) => over === undefined).map(({ claim }) => claim);
  const acceptances = judgeAcceptance(living, createPlaceJudge(view), limits);
  return aged.map((judged) => {
    const verdict = acceptances.get(judged.claim.uid) ?? ended;
    const over = judged.over ?? findWithdrawal(judged.claim, verdict);
    const acceptance = over === undefined ? verdict : ended;
    return { ...judged, over, acceptance, routing: judgeRouting(judged.claim, acceptance.holds, view) };
  });
}

const ended: Verdict = { holds: false, reason: 'NotAccepted', message: 'The intercept has ended.' };

function findEnd(claim: Claim, { end }: Lifetime, own: OwnKnowledge, nowMs: number): Ending | undefined {
  return findRemoval(claim, own.ended.has(claim.uid)) ?? (nowMs >= end.atMs ? { reason: end.reason } : undefined);
}
