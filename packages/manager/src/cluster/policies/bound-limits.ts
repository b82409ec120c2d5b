import type { Allowance } from '@switchyard/policy';
import type { ManagerLimits } from '../../limits.ts';

/** How long intercepts may live. */
export interface LifetimeLimits extends Pick<ManagerLimits, 'lifetimeMs'> {
  /** Where an intercept asks for nothing; undefined: as long as it may. */
  readonly defaultLifetimeMs?: number | undefined;
}

/** The manager's limits, and within them what a policy allows. */
export function boundLimits<Limits extends LifetimeLimits>(limits: Limits, allowance: Allowance | undefined): Limits & LifetimeLimits {
  if (allowance === undefined) return limits;
  const { defaultMs, maxMs = Infinity } = allowance.lifetime;
  return { ...limits, lifetimeMs: Math.min(limits.lifetimeMs, maxMs), defaultLifetimeMs: defaultMs };
}
