import type { EndReason } from '@switchyard/contract';
import type { ManagerLimits } from '../../limits.ts';
import { grantLifetime } from '../../registry/lifetime.ts';
import type { Claim } from './claim.ts';
import type { Standing } from './judge-standing.ts';

/** How long an intercept lives. Epoch milliseconds. */
export interface Lifetime {
  /** When it ends unless it is renewed. */
  readonly expiresAtMs: number;
  /** When it ends unless something changes, and why. */
  readonly end: { readonly atMs: number; readonly reason: EndReason };
}

/**
 * When `claim` ends. The object's own word counts (`status.expiresAt`), and before that a renewal which it does not show yet. Without a
 * session it ends after the away lifetime, unless another manager may have that session.
 */
export function judgeLifetime(
  claim: Claim,
  standing: Standing,
  renewedMs: number | undefined,
  limits: Pick<ManagerLimits, 'lifetimeMs' | 'awayLifetimeMs'>,
): Lifetime {
  const written = Date.parse(claim.object.status?.expiresAt ?? '');
  const first = claim.createdAtMs + grantLifetime(claim.lifetimeMs, limits);
  const expiresAtMs = renewedMs ?? (Number.isNaN(written) ? first : written);
  const goneAtMs = standing.t === 'live' || standing.t === 'elsewhere' ? Infinity : standing.sinceMs + limits.awayLifetimeMs;
  return {
    expiresAtMs,
    end: goneAtMs < expiresAtMs ? { atMs: goneAtMs, reason: 'session_gone' } : { atMs: expiresAtMs, reason: 'expired' },
  };
}
