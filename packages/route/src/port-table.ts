import type { RoutingKey, SourceAddressForm } from '@switchyard/contract';
import type { Alias } from './alias.ts';
import { compileMatch, type Alternative } from './match/compile-match.ts';
import { compareSpecificity } from './match/specificity.ts';
import type { Rule } from './rule.ts';

/** A rule, and what it asks for besides its key. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly alternatives: readonly Alternative[];
}

/** One way to match a rule without a key. */
export interface KeylessRule {
  readonly rule: Rule;
  readonly alternative: Alternative;
}

/** What `decide` knows about one port. Immutable. */
export interface PortTable {
  readonly keyed: ReadonlyMap<RoutingKey, CompiledRule>;
  /**
   * In the order in which they are asked: the most specific first, then the oldest. A rule stands here once for each of its alternatives.
   */
  readonly keyless: readonly KeylessRule[];
  /** The keys that are live anywhere in the namespace. */
  readonly liveKeys: ReadonlySet<RoutingKey>;
  readonly aliases: readonly Alias[];
  /** Lower-case names of the headers that a decision looks at here. A response depends on them (`Vary`). */
  readonly fieldNames: ReadonlySet<string>;
  readonly entry: boolean;
  readonly untrusted: boolean;
  readonly sourceAddress: SourceAddressForm;
}

/**
 * The table of a port with `rules`, which come oldest first; the rest is as in `bare`. Throws `bad_usage` for an expression that is none.
 */
export function createPortTable(rules: readonly Rule[], bare: PortTable): PortTable {
  const keyed = new Map<RoutingKey, CompiledRule>();
  const keyless: KeylessRule[] = [];
  for (const rule of rules) {
    const alternatives = compileMatch(rule.match);
    if (rule.key === undefined) keyless.push(...alternatives.map((alternative) => ({ rule, alternative })));
    else if (!keyed.has(rule.key)) keyed.set(rule.key, { rule, alternatives });
  }
  // The sort is stable, so that of equally specific ones the oldest stays first.
  keyless.sort((left, right) => compareSpecificity(left.alternative.specificity, right.alternative.specificity));
  return { ...bare, keyed, keyless, fieldNames: addFieldNames(bare.fieldNames, rules) };
}

/** The names that conditions look at, beside `known`; `known` itself where there are none. */
function addFieldNames(known: ReadonlySet<string>, rules: readonly Rule[]): ReadonlySet<string> {
  const names = new Set(known);
  for (const { match } of rules) {
    for (const conditions of match) for (const condition of conditions) if (condition.t === 'header') names.add(condition.name);
  }
  return names.size === known.size ? known : names;
}
