import type { RoutingKey, Target } from '@switchyard/contract';

/** Value of `x-intercept-served-by` on the answer to a keyed request: `KEY@` and the kind of target that answered. */
export function toServedBy(key: RoutingKey, target: Target): string {
  return `${key}@${target.t}`;
}

/** What `Vary` must name on the cacheable answer to a keyed request: every header that could have led elsewhere. */
export function toVary(fieldNames: ReadonlySet<string>): string {
  return [...fieldNames].join(', ');
}
