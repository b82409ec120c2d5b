import type { Condition } from '@switchyard/contract';

/**
 * How specific an alternative is, from the weightiest number to the least: how many conditions it has; how many of them ask for one text,
 * for an expression, for a beginning, for presence (what is left is a share); how many characters the beginnings have. Larger is more
 * specific.
 */
export type Specificity = readonly number[];

/** Sums up how specific `conditions` are together. */
export function toSpecificity(conditions: readonly Condition[]): Specificity {
  const count = (kind: Kind): number => conditions.filter((condition) => toKind(condition) === kind).length;
  let characters = 0;
  for (const condition of conditions) {
    if ('text' in condition && condition.text.t === 'prefix') characters += condition.text.value.length;
  }
  return [conditions.length, count('exact'), count('regex'), count('prefix'), count('present'), characters];
}

/** Negative where `left` is more specific, zero where both are alike. */
export function compareSpecificity(left: Specificity, right: Specificity): number {
  for (const [at, number] of left.entries()) {
    const difference = (right[at] ?? 0) - number;
    if (difference !== 0) return difference;
  }
  return 0;
}

type Kind = 'exact' | 'regex' | 'prefix' | 'present' | 'share';

function toKind(condition: Condition): Kind {
  if ('text' in condition) return condition.text.t;
  return condition.t === 'method' ? 'exact' : 'share';
}
