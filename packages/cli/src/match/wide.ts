import type { InterceptSpec } from '@switchyard/contract';
import { describeMatch, isEverything } from '@switchyard/route';

/** Whose requests somebody is about to take who have no part in it, as a sentence for the one who does; undefined with a key. */
export function describeWide({ service, key, match }: Pick<InterceptSpec, 'service' | 'key' | 'match'>): string | undefined {
  if (key !== undefined) return undefined;
  const which = isEverything(match) ? `every request for ${service}` : `every request for ${service} where ${describeMatch(match)}`;
  return `${which} comes to your process, whoever sends it, until you stop; only those that carry somebody's key for ${service} go to them`;
}
