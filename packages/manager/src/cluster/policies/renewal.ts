import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { grantLifetime } from '../../registry/lifetime.ts';
import { boundLimits, type LifetimeLimits } from './bound-limits.ts';
import type { Acceptance } from './judge-quota.ts';

/**
 * The lifetime that an intercept is renewed for, which the policy of `acceptance` bounds. Throws `not_allowed` where more is asked for than
 * the policy allows, and where it waits for an approval, `bad_usage` for none at all.
 */
export function grantRenewal(wantedMs: number | undefined, { reason, policy, allowance }: Acceptance, limits: LifetimeLimits): number {
  if (reason === 'ApprovalPending') {
    throw new InterceptError('not_allowed', 'The intercept waits for an approval, and lives from then on: there is nothing to renew yet.', {
      hint: 'Somebody who may do so approves it: intercept admin approve.',
    });
  }
  const maxMs = allowance?.lifetime.maxMs;
  if (wantedMs !== undefined && maxMs !== undefined && wantedMs > maxMs) {
    const most = formatDuration(maxMs);
    throw new InterceptError(
      'not_allowed',
      `The policy "${policy ?? ''}" allows an intercept to be renewed for at most ${most}, and not for ${formatDuration(wantedMs)}.`,
      { hint: `Ask for less (--lifetime ${most}), and renew it again later.` },
    );
  }
  const bounded = boundLimits(limits, allowance);
  return grantLifetime(wantedMs ?? bounded.defaultLifetimeMs, bounded);
}
