import type { InterceptConditionType, InterceptStatus } from '@switchyard/kube';
import { isDeepStrictEqual } from 'node:util';
import { toAddressText } from '../../config/manager-config.ts';
import { findCondition, type Claim, type InterceptCondition } from './claim.ts';
import type { Judgement } from './judge-intercepts.ts';
import type { SessionLink } from './judge-standing.ts';
import type { Verdict } from './verdict.ts';

/** What a manager may say of an intercept. Of all else it repeats what the object says. */
export interface StatusVoice {
  /** It leads: `Accepted`, `Routed`, and that there was no session yet. */
  readonly leading: boolean;
  /** Its pod. */
  readonly self: string;
  /** It has, had, or refused the session: `SessionReady`. */
  readonly link: SessionLink | undefined;
  /** It was asked for a renewal that the object does not show yet. */
  readonly renewed: boolean;
  /** Requests came at its router, the last one then: epoch milliseconds, only where it is worth a note. */
  readonly usedMs: number | undefined;
}

/** A whole status: a field that is undefined is to be absent. */
export type WantedStatus = { readonly [Field in keyof Required<InterceptStatus>]: InterceptStatus[Field] | undefined };

/** The status that the object should have, as far as `voice` reaches; undefined where it has that already. */
export function toStatusChange(judgement: Judgement, voice: StatusVoice, nowMs: number): WantedStatus | undefined {
  const { claim } = judgement;
  const before = claim.object.status ?? {};
  const wanted = toStatus(judgement, voice, nowMs);
  return isDeepStrictEqual(toComparable(before), toComparable(wanted)) ? undefined : wanted;
}

/** The status of one that is over, with `verdict` as its acceptance; all else stays. */
export function toLastStatus(claim: Claim, verdict: Verdict, nowMs: number): WantedStatus {
  const { conditions = [], expiresAt, renewals, lastUsedAt, router, address, routedSince } = claim.object.status ?? {};
  const accepted = toCondition(claim, 'Accepted', verdict, nowMs);
  const others = conditions.filter(({ type }) => type !== 'Accepted');
  return { conditions: [...others, accepted].toSorted(byType), expiresAt, renewals, lastUsedAt, router, address, routedSince };
}

function toStatus(
  { claim, acceptance, routing, expiresAtMs }: Judgement,
  { leading, self, link, renewed, usedMs }: StatusVoice,
  nowMs: number,
): WantedStatus {
  const { conditions = [], ...before } = claim.object.status ?? {};
  const setsEnd = leading || renewed || link !== undefined;
  const changes = new Map<InterceptConditionType, InterceptCondition>();
  const put = (type: InterceptConditionType, verdict: Verdict, atMs: number): void =>
    void changes.set(type, toCondition(claim, type, verdict, atMs));
  if (leading) {
    put('Accepted', acceptance, nowMs);
    put('Routed', routing, nowMs);
  }
  if (link !== undefined) put('SessionReady', toSessionVerdict(claim, link), link.sinceMs);
  else if (leading && findCondition(claim, 'SessionReady') === undefined) put('SessionReady', noSession, claim.createdAtMs);
  return {
    conditions: [...conditions.filter(({ type }) => !changes.has(type)), ...changes.values()].toSorted(byType),
    expiresAt: setsEnd ? new Date(expiresAtMs).toISOString() : before.expiresAt,
    renewals: setsEnd && claim.renewals > (before.renewals ?? 0) ? claim.renewals : before.renewals,
    lastUsedAt: usedMs === undefined ? before.lastUsedAt : new Date(usedMs).toISOString(),
    router: link === undefined ? before.router : link.t === 'live' ? self : undefined,
    address: link === undefined ? before.address : toAddress(link),
    routedSince: leading ? routing.since : before.routedSince,
  };
}

const noSession: Verdict = { holds: false, reason: 'NoSession', message: 'No agent has connected yet.' };

function toSessionVerdict({ client }: Claim, link: SessionLink): Verdict {
  switch (link.t) {
    case 'live':
      return { holds: true, reason: 'SessionReady', message: `${link.session.client} is connected.` };
    case 'lost':
      return { holds: false, reason: 'SessionLost', message: `The session of ${link.last?.client ?? client} is lost.` };
    case 'refused':
      return { holds: false, reason: 'TargetRefused', message: link.message };
  }
}

function toAddress(link: SessionLink): string | undefined {
  return link.t === 'live' && link.direct !== undefined ? toAddressText(link.direct) : undefined;
}

function toCondition(claim: Claim, type: InterceptConditionType, { holds, reason, message }: Verdict, atMs: number): InterceptCondition {
  const status = holds ? 'True' : 'False';
  const before = findCondition(claim, type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : new Date(atMs).toISOString();
  const { generation } = claim.object.metadata;
  return { type, status, reason, message, lastTransitionTime, ...(generation === undefined ? {} : { observedGeneration: generation }) };
}

function byType(left: InterceptCondition, right: InterceptCondition): number {
  return left.type < right.type ? -1 : 1;
}

/** `status` for comparing: an absent field is as one that is undefined, and the order of conditions says nothing. */
function toComparable({ conditions = [], expiresAt, renewals, lastUsedAt, router, address, routedSince }: Partial<WantedStatus>): unknown {
  return [conditions.toSorted(byType), expiresAt, renewals, lastUsedAt, router, address, routedSince];
}
