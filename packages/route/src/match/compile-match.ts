import type { Condition, Match, RoutingKey } from '@switchyard/contract';
import type { Evidence } from '../evidence.ts';
import type { Rule } from '../rule.ts';
import { compileTexts } from './compile-texts.ts';
import { drawShare } from './draw-share.ts';
import { readTexts } from './read-texts.ts';
import { toSpecificity, compareSpecificity, type Specificity } from './specificity.ts';

/** One condition, ready to be asked. */
export interface Test {
  readonly condition: Condition;
  /** Whether a request meets the condition of `rule`. `key`: the routing key that it carries, live or not. Never throws. */
  readonly holds: (evidence: Evidence, rule: Rule, key: RoutingKey | undefined) => boolean;
}

/** One way to match: all of its tests hold. */
export interface Alternative {
  readonly tests: readonly Test[];
  readonly specificity: Specificity;
}

const anything: readonly Alternative[] = [{ tests: [], specificity: toSpecificity([]) }];

/** What was compiled, for as long as the match itself is there: a new snapshot brings thousands of rules, and few that are new. */
const compiled: WeakMap<Match, readonly Alternative[]> = new WeakMap();

/**
 * Makes a match ready: its alternatives, the most specific first; one without tests where nothing is asked. Throws `bad_usage` for an
 * expression that is none.
 */
export function compileMatch(match: Match): readonly Alternative[] {
  if (match.length === 0) return anything;
  const known = compiled.get(match);
  if (known !== undefined) return known;
  const alternatives = match
    .map((conditions) => ({
      tests: conditions.map((condition) => ({ condition, holds: compileCondition(condition) })),
      specificity: toSpecificity(conditions),
    }))
    .toSorted((left, right) => compareSpecificity(left.specificity, right.specificity));
  compiled.set(match, alternatives);
  return alternatives;
}

/** Whether a request meets all that an alternative of `rule` asks. */
export function meets({ tests }: Alternative, evidence: Evidence, rule: Rule, key: RoutingKey | undefined): boolean {
  return tests.every(({ holds }) => holds(evidence, rule, key));
}

function compileCondition(condition: Condition): Test['holds'] {
  switch (condition.t) {
    case 'header':
    case 'query':
    case 'cookie': {
      const holds = compileTexts(condition.text);
      return (evidence) => holds(readTexts(condition, evidence));
    }
    case 'path': {
      const { text } = condition;
      if (text.t === 'prefix') return ({ path }) => isBelow(path, text.value);
      const holds = compileTexts(text);
      return ({ path }) => holds([path]);
    }
    case 'method':
      return ({ method }) => method === condition.method;
    case 'percent':
      return (evidence, rule, key) => drawShare(rule, evidence, key) < condition.percent;
  }
}

/** Whether `path` is `prefix` or stands below it: `/orders2` does not stand below `/orders`. */
function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || prefix.endsWith('/') || path[prefix.length] === '/');
}
