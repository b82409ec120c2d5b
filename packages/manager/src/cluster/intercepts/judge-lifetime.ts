import type { ManagerLimits } from '../../limits.ts';
import { grantLifetime } from '../../registry/lifetime.ts';
import type { LifetimeLimits } from '../policies/bound-limits.ts';
import type { Claim } from './claim.ts';
import type { Closing } from './judge-closing.ts';
import type { Standing } from './judge-standing.ts';

/** How long an intercept lives. Epoch milliseconds. */
export interface Lifetime {
  /** When it ends unless it is renewed. */
  readonly expiresAtMs: number;
  /** When it ends unless something changes, and why. */
  readonly end: Closing;
}

/**
 * When `claim` ends, by what is known at `nowMs`. The object's own word counts (`status.expiresAt`), and before that a renewal which it
 * does not show yet: by its owner in the object, or by its session. Without a session it ends after the away lifetime, unless another
 * manager may have that session.
 */
export function judgeLifetime(
  claim: Claim,
  standing: Standing,
  renewedMs: number | undefined,
  nowMs: number,
  limits: LifetimeLimits & Pick<ManagerLimits, 'awayLifetimeMs'>,
): Lifetime {
  const written = Date.parse(claim.object.status?.expiresAt ?? '');
  const grantedMs = grantLifetime(claim.lifetimeMs ?? limits.defaultLifetimeMs, limits);
  const askedMs = isRenewalDue(claim) ? nowMs + grantedMs : renewedMs;
  const grantedAtMs = askedMs ?? (Number.isNaN(written) ? claim.createdAtMs + grantedMs : written);
  // What is allowed may have become less since.
  const expiresAtMs = Math.min(grantedAtMs, nowMs + limits.lifetimeMs);
  const goneAtMs = standing.t === 'live' || standing.t === 'elsewhere' ? Infinity : standing.sinceMs + limits.awayLifetimeMs;
  return {
    expiresAtMs,
    end: goneAtMs < expiresAtMs ? { atMs: goneAtMs, reason: 'session_gone' } : { atMs: expiresAtMs, reason: 'expired' },
  };
}

/** A count and not a time, since the owner's clock may be wrong. */
function isRenewalDue({ renewals, object: { status } }: Claim): boolean {
  return renewals > (status?.renewals ?? 0);
}
