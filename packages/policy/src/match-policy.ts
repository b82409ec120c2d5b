import { InterceptError, type InterceptSpec, type MatchPolicy } from '@switchyard/contract';
import { checkMatchKinds } from './grant-checks.ts';
import { matchKinds, type MatchKind } from './policy.ts';
import { toMatchKinds } from './question.ts';
import { toSentence } from './ruling.ts';

/**
 * Asks the policy of a standalone manager, which its manager.yaml has. Throws `not_allowed`, naming the field that would allow it, and
 * `bad_usage` where nothing says whose requests are meant.
 */
export function refuseByPolicy(asked: Pick<InterceptSpec, 'service' | 'key' | 'match'>, policy: MatchPolicy): void {
  if (asked.key === undefined && asked.match.length === 0) {
    throw new InterceptError('bad_usage', 'An intercept without a key and without a condition would take every request.', {
      hint: 'Say whose requests are meant: give a key or a condition.',
    });
  }
  const isKeyless = asked.key === undefined && !policy.keyless;
  // A share of the requests of all is a keyless intercept as well.
  const granted: readonly MatchKind[] = isKeyless ? ['Key'] : matchKinds.filter((kind) => kind !== 'Percent' || policy.percent);
  const objection = checkMatchKinds({ grant: { matchKinds: granted }, asked });
  if (objection === undefined) return;
  const isShare = toMatchKinds(asked).includes('Percent') && !policy.percent;
  const advice = isKeyless ? 'Use a key' : 'Leave the percentage out';
  const fields = [...(isKeyless ? ['keyless: true'] : []), ...(isShare ? ['percent: true'] : [])].join(', ');
  throw new InterceptError('not_allowed', toSentence('manager.yaml', objection.clause), {
    hint: `${advice}, or ask who runs the manager for \`policy: { ${fields} }\` in its manager.yaml.`,
  });
}
