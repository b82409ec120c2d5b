import { InterceptError, type InterceptSpec, type MatchPolicy } from '@switchyard/contract';

/** Throws `not_allowed`, naming the field that would allow it, and `bad_usage` where nothing says whose requests are meant. */
export function refuseByPolicy({ key, match }: Pick<InterceptSpec, 'key' | 'match'>, policy: MatchPolicy): void {
  if (key === undefined && match.length === 0) {
    throw new InterceptError('bad_usage', 'An intercept without a key and without a condition would take every request.', {
      hint: 'Say whose requests are meant: give a key or a condition.',
    });
  }
  if (key === undefined && !policy.keyless) {
    const why = 'it takes the requests of people who do not know of it';
    throw new InterceptError('not_allowed', `An intercept without a key is not allowed at this manager: ${why}.`, {
      hint: 'Use a key, or ask who runs the manager for `policy: { keyless: true }` in its manager.yaml.',
    });
  }
  if (!policy.percent && match.some((conditions) => conditions.some(({ t }) => t === 'percent'))) {
    throw new InterceptError('not_allowed', 'An intercept of a share of the requests is not allowed at this manager.', {
      hint: 'Leave the percentage out, or ask who runs the manager for `policy: { percent: true }` in its manager.yaml.',
    });
  }
}
