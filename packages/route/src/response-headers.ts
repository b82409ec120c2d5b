import type { Rule } from './rule.ts';

/**
 * Value of `x-intercept-served-by` on the answer to a routed request: the key, without one the intercept's id, then `@` and the kind of
 * target.
 */
export function toServedBy({ id, key, target }: Pick<Rule, 'id' | 'key' | 'target'>): string {
  return `${key ?? id}@${target.t}`;
}

/** What `Vary` must name on the cacheable answer to a routed request: every header that could have led elsewhere. */
export function toVary(fieldNames: ReadonlySet<string>): string {
  return [...fieldNames].join(', ');
}
