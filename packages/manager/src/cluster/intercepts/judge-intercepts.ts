import type { Allowance, Ruling } from '@switchyard/policy';
import type { ManagerLimits } from '../../limits.ts';
import { boundLimits } from '../policies/bound-limits.ts';
import type { Acceptance } from '../policies/judge-quota.ts';
import { toRightLost, toRightUnknown, type Right } from '../rights/right.ts';
import { findCondition, type Claim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import { findRemoval, findWithdrawal, type Ending } from './ending.ts';
import { judgeAcceptance } from './judge-acceptance.ts';
import { bringForward, refuseDrained } from './judge-closing.ts';
import { judgeLifetime, type Lifetime } from './judge-lifetime.ts';
import { createPlaceJudge } from './judge-place.ts';
import { judgeRouting, type Routing } from './judge-routing.ts';
import { judgeStanding, type ManagerTimes, type SessionLink, type Standing } from './judge-standing.ts';

/** What a manager knows of intercepts beyond the objects; by the objects' uid. */
export interface OwnKnowledge extends ManagerTimes {
  readonly links: ReadonlyMap<string, SessionLink>;
  /** Renewals that the objects do not show yet: until when, epoch milliseconds. */
  readonly renewals: ReadonlyMap<string, number>;
  /** Those that ended here, whatever the objects still say. */
  readonly ended: ReadonlySet<string>;
  /** What is known of the right of the claim's owner. */
  readonly rightOf: (claim: Claim) => Right;
  /** What policies say of it, but for how many there are. */
  readonly rulingOf: (claim: Claim) => Ruling;
  /** When a request last came for the intercept here, epoch milliseconds; undefined where none did. */
  readonly usedMsOf: (claim: Claim) => number | undefined;
}

/** What is to be thought of one Intercept object. */
export interface Judgement extends Lifetime {
  readonly claim: Claim;
  readonly standing: Standing;
  /** Why it is over; undefined while it lives. */
  readonly over: Ending | undefined;
  /** Of one that is over: not accepted any more. */
  readonly acceptance: Acceptance;
  /** Whether its owner may intercept was not looked up yet: nothing is told of it before. */
  readonly undecided: boolean;
  readonly routing: Routing;
}

/** Judges all `claims` at `nowMs` (epoch milliseconds). Pure: the same knowledge gives the same judgements. */
export function judgeIntercepts(
  claims: readonly Claim[],
  view: ClusterView,
  own: OwnKnowledge,
  nowMs: number,
  limits: Pick<ManagerLimits, 'lifetimeMs' | 'awayLifetimeMs' | 'idleLifetimeMs' | 'interceptsPerOwner'>,
): readonly Judgement[] {
  const { drain } = view;
  const { idleLifetimeMs } = limits;
  const age = (claim: Claim, standing: Standing, allowance: Allowance | undefined): Lifetime => {
    const lifetime = judgeLifetime(claim, standing, own.renewals.get(claim.uid), nowMs, boundLimits(limits, allowance));
    const end = bringForward(lifetime.end, { claim, standing, usedMs: own.usedMsOf(claim) }, { drain, idleLifetimeMs });
    return { ...lifetime, end };
  };
  const aged = claims.map((claim) => {
    const standing = judgeStanding(claim, own.links.get(claim.uid), own);
    const ruling = own.rulingOf(claim);
    const lifetime = age(claim, standing, ruling.allowed ? ruling.allowances[0] : undefined);
    return { claim, standing, ...lifetime, right: own.rightOf(claim), over: findEnd(claim, lifetime, own, nowMs) };
  });
  // Who has no right keeps no key from others.
  const living = aged.filter(({ over, right }) => over === undefined && right !== 'lost').map(({ claim }) => claim);
  const acceptances = judgeAcceptance(living, { judgePlace: createPlaceJudge(view), rulingOf: own.rulingOf }, limits);
  return aged.map(({ right, ...judged }) => {
    const { claim } = judged;
    const standing = acceptances.get(claim.uid) ?? ended;
    const drained = refuseDrained(claim, drain);
    const verdict: Acceptance =
      right === 'lost' ? toRightLost(claim) : drained === undefined ? standing : { ...drained, placed: standing.placed };
    const undecided = verdict.holds && right === 'unknown' && findCondition(claim, 'Accepted')?.status !== 'True';
    // Where others have taken up the longest allowance, it is a shorter one.
    const lifetime = verdict.allowance === undefined ? judged : age(claim, judged.standing, verdict.allowance);
    const over = judged.over ?? findEnd(claim, lifetime, own, nowMs) ?? findWithdrawal(claim, verdict);
    const acceptance = over !== undefined ? ended : undecided ? toRightUnknown(claim) : verdict;
    return {
      ...judged,
      expiresAtMs: lifetime.expiresAtMs,
      end: lifetime.end,
      over,
      acceptance,
      undecided,
      routing: judgeRouting(claim, acceptance.holds, view),
    };
  });
}

const ended: Acceptance = { holds: false, reason: 'NotAccepted', message: 'The intercept has ended.' };

function findEnd(claim: Claim, { end }: Lifetime, own: OwnKnowledge, nowMs: number): Ending | undefined {
  return findRemoval(claim, own.ended.has(claim.uid)) ?? (nowMs >= end.atMs ? end : undefined);
}
