// Judgements of intercepts, as the tests of the audit trail want them.
import type { Intercept, InterceptReason } from '@switchyard/kube';
import { readClaim, type Claim } from '../src/cluster/intercepts/claim.ts';
import type { Judgement } from '../src/cluster/intercepts/judge-intercepts.ts';
import { createCondition, createIntercept, startDate } from './objects.ts';

/** What an object says of its `Accepted`: `True Accepted`, `False KeyTaken`. */
export type AcceptedWord = readonly ['True' | 'False', InterceptReason];

/** An object of `owner` named `id`, with a status of these words. */
export function createTold(id: string, owner: string, accepted?: AcceptedWord, rest: Intercept['status'] = {}): Intercept {
  const conditions = accepted === undefined ? [] : [createCondition('Accepted', ...accepted)];
  return createIntercept(id, owner, { status: { conditions, ...rest } });
}

/** What is thought of `object`, changed by `changes`. */
export function createJudgement(object: Intercept, changes: Partial<Judgement> = {}): Judgement {
  const claim = readClaim(object);
  if (claim === undefined) throw new Error('The object can stand for nothing.');
  return { ...defaults(claim), ...changes };
}

function defaults(claim: Claim): Judgement {
  const expiresAtMs = Date.parse(startDate) + 8 * 3_600_000;
  return {
    claim,
    standing: { t: 'new', sinceMs: Date.parse(startDate) },
    expiresAtMs,
    end: { atMs: expiresAtMs, reason: 'expired' },
    over: undefined,
    acceptance: { holds: true, reason: 'Accepted', message: 'Accepted.' },
    undecided: false,
    routing: { holds: true, reason: 'Routed', message: 'Routed.', since: startDate },
  };
}
