import { formatDuration } from '@switchyard/config';
import type { Closing as AnnouncedClosing } from '@switchyard/contract';
import { describeDrain, describeWho, type Drain } from '@switchyard/kube';
import { toDrainMessage } from '../services/stand-down.ts';
import { findCondition, type Claim } from './claim.ts';
import type { Ending } from './ending.ts';
import type { Standing } from './judge-standing.ts';
import { toUseStepMs } from './use-notes.ts';
import type { Verdict } from './verdict.ts';

/** When an intercept ends unless something changes, and why. */
export interface Closing extends Ending {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Why it ends then though it be renewed, one sentence for its owner before; undefined where a renewal helps. */
  readonly warning?: string | undefined;
}

/** What ends intercepts before their time. */
export interface ClosingRules {
  /** The namespace is drained. */
  readonly drain: Drain | undefined;
  /** How long one may go unused; 0: for ever. */
  readonly idleLifetimeMs: number;
}

/** The first thing that ends `claim`: `closing`, which its lifetime and its session bring, a drain, or that nobody uses it. */
export function bringForward(
  closing: Closing,
  { claim, standing, usedMs }: { readonly claim: Claim; readonly standing: Standing; readonly usedMs: number | undefined },
  { drain, idleLifetimeMs }: ClosingRules,
): Closing {
  const idleAtMs = idleLifetimeMs === 0 ? Infinity : findIdleEnd(claim, standing, usedMs, idleLifetimeMs);
  const all: readonly Closing[] = [
    closing,
    ...(drain === undefined || !wasAccepted(claim) ? [] : [toDrainClosing(claim, drain)]),
    {
      atMs: idleAtMs,
      reason: 'idle',
      message: `The intercept ${claim.id} ended: no request came for it in ${formatDuration(idleLifetimeMs)}.`,
      warning: 'No request has come for it in a long time; the next one keeps it, a renewal does not.',
    },
  ];
  return all.reduce((first, next) => (next.atMs < first.atMs ? next : first));
}

/** Why a new intercept is not accepted while the namespace is drained; what was accepted before, stays until its end. */
export function refuseDrained(claim: Claim, drain: Drain | undefined): Verdict | undefined {
  if (drain === undefined || wasAccepted(claim)) return undefined;
  return { holds: false, reason: 'StandingDown', message: toDrainMessage(drain) };
}

function wasAccepted(claim: Claim): boolean {
  return findCondition(claim, 'Accepted')?.status === 'True';
}

function toDrainClosing({ id }: Claim, drain: Drain): Closing {
  return {
    atMs: drain.atMs,
    reason: 'revoked',
    message: `The intercept ${id} was ended, since the namespace is drained by ${describeWho(drain)}.`,
    warning: describeDrain(drain),
  };
}

/** What its owner is told of an end that somebody brings about; undefined where only time, or want of use, ends it. */
export function toAnnounced({ atMs, reason, warning }: Closing): AnnouncedClosing | undefined {
  return reason === 'revoked' && warning !== undefined ? { at: new Date(atMs), message: warning } : undefined;
}

/**
 * When `claim` counts as idle. That it was made, that its agent came, and each request is a use. What the object says of requests at other
 * routers is late by a step at most.
 */
function findIdleEnd(claim: Claim, standing: Standing, usedMs: number | undefined, idleLifetimeMs: number): number {
  const notedMs = Date.parse(claim.object.status?.lastUsedAt ?? '');
  const cameMs = standing.t === 'live' ? standing.sinceMs : claim.createdAtMs;
  const knownMs = Math.max(claim.createdAtMs, cameMs, usedMs ?? 0);
  const toldMs = Number.isNaN(notedMs) ? 0 : notedMs + toUseStepMs(idleLifetimeMs);
  return Math.max(knownMs, toldMs) + idleLifetimeMs;
}
