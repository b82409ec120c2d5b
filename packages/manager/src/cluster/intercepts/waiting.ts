import type { Waiting } from '@switchyard/contract';
import { serviceLimits } from '../../limits.ts';
import type { Judgement } from './judge-intercepts.ts';

/** Clocks of managers that disagree must not keep anybody waiting. */
const mostSettlingMs = 3 * serviceLimits.switchLagMs.value;

/** What keeps the requests of an intercept from its live session at `nowMs` (epoch milliseconds): the first condition that does not hold. */
export function toWaiting(
  { claim, acceptance, routing }: Pick<Judgement, 'claim' | 'acceptance' | 'routing'>,
  nowMs: number,
): Waiting | undefined {
  if (!acceptance.holds) return { accepted: false, reason: acceptance.reason, message: acceptance.message };
  if (!routing.holds) return { accepted: true, reason: routing.reason, message: routing.message };
  if (!isSettling(routing, nowMs)) return undefined;
  const message = `The traffic of ${claim.service} passes through the router as soon as every node knows of it.`;
  return { accepted: true, reason: 'Preparing', message };
}

/** When, after `nowMs`, every node knows of the next service that was switched; `Infinity` where all do. */
export function findNextSettled(judgements: readonly Pick<Judgement, 'routing'>[], nowMs: number): number {
  return judgements.reduce((first, { routing }) => (isSettling(routing, nowMs) ? Math.min(first, toSinceMs(routing)) : first), Infinity);
}

function isSettling(routing: Judgement['routing'], nowMs: number): boolean {
  const leftMs = toSinceMs(routing) - nowMs;
  return leftMs > 0 && leftMs <= mostSettlingMs;
}

function toSinceMs({ since = '' }: Judgement['routing']): number {
  return Date.parse(since);
}
