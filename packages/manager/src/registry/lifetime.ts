import { InterceptError } from '@switchyard/contract';
import type { ManagerLimits } from '../limits.ts';

/**
 * The lifetime that is granted where `wantedMs` is asked for: at most the limit, which is also the default. Throws `bad_usage` for none at
 * all.
 */
export function grantLifetime(wantedMs: number | undefined, { lifetimeMs }: Pick<ManagerLimits, 'lifetimeMs'>): number {
  if (wantedMs !== undefined && !(wantedMs > 0)) {
    throw new InterceptError('bad_usage', 'An intercept cannot have a lifetime of nothing.', { hint: 'Ask for a lifetime such as 1h.' });
  }
  return Math.min(wantedMs ?? lifetimeMs, lifetimeMs);
}
