import type { Clock } from '@switchyard/contract';
import type { ManagerLimits } from '../limits.ts';
import type { AgentSession, AwayLink, Intercept } from './intercept.ts';
import { grantLifetime } from './lifetime.ts';

/** Something that becomes of an intercept by time alone. */
export interface DueStep {
  readonly t: 'warn' | 'expire' | 'give_up';
  readonly afterMs: number;
}

/** When an intercept ends that asks now for a life of `wantedMs`. Throws as `grantLifetime`. */
export function grantExpiry(
  wantedMs: number | undefined,
  clock: Pick<Clock, 'now' | 'date'>,
  limits: Pick<ManagerLimits, 'lifetimeMs'>,
): Pick<Intercept, 'expiresAt' | 'expiresAtMs'> {
  const lifetimeMs = grantLifetime(wantedMs, limits);
  return { expiresAt: new Date(clock.date().getTime() + lifetimeMs), expiresAtMs: clock.now() + lifetimeMs };
}

/** Where an intercept stands whose session `last` is lost now. */
export function toAway(
  last: AgentSession,
  { expiresAtMs }: Pick<Intercept, 'expiresAtMs'>,
  clock: Pick<Clock, 'now' | 'date'>,
  { awayLifetimeMs }: Pick<ManagerLimits, 'awayLifetimeMs'>,
): AwayLink {
  const [since, sinceMs] = [clock.date(), clock.now()];
  const untilMs = Math.min(sinceMs + awayLifetimeMs, expiresAtMs);
  return { t: 'away', last, since, sinceMs, until: new Date(since.getTime() + untilMs - sinceMs), untilMs };
}

/** What time brings to an intercept that stays as it is. Nobody is warned whose session is away, or who has less time left than that. */
export function planDue(
  { link, expiresAtMs }: Pick<Intercept, 'link' | 'expiresAtMs'>,
  nowMs: number,
  { expiryWarningMs }: Pick<ManagerLimits, 'expiryWarningMs'>,
): readonly DueStep[] {
  const expire: DueStep = { t: 'expire', afterMs: expiresAtMs - nowMs };
  if (link.t === 'away') return link.untilMs < expiresAtMs ? [{ t: 'give_up', afterMs: link.untilMs - nowMs }] : [expire];
  const warnMs = expire.afterMs - expiryWarningMs;
  return warnMs <= 0 ? [expire] : [expire, { t: 'warn', afterMs: warnMs }];
}
