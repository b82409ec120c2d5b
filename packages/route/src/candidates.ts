import type { RoutingKey } from '@switchyard/contract';
import type { Evidence } from './evidence.ts';
import type { Reading } from './key-reading.ts';
import { meets, type Alternative } from './match/compile-match.ts';
import { describeCondition, describeMiss, quote } from './match/describe.ts';
import { compareSpecificity } from './match/specificity.ts';
import type { CompiledRule, PortTable } from './port-table.ts';
import type { Rule } from './rule.ts';

/** A rule that a request could have gone to. */
export interface RuleCandidate {
  readonly rule: Rule;
  readonly won: boolean;
  /** Why, or why not, as clauses: `the path begins with /orders`. Never empty. */
  readonly reasons: readonly string[];
}

/** What was decided about a request, and by what. */
export interface Decided {
  readonly table: PortTable;
  readonly evidence: Evidence;
  readonly reading: Reading;
  readonly winner: Rule | undefined;
}

/**
 * Says of each rule of a port why it won or lost: the winner first, then the rule of the request's key, then those without a key as they
 * are asked.
 */
export function explainRules(decided: Decided): readonly RuleCandidate[] {
  const { table, reading, winner } = decided;
  const key = reading.t === 'present' ? reading.key : undefined;
  const general = explainAll(decided);
  const toCandidate = (rule: Rule, explain: () => readonly string[]): RuleCandidate => {
    return { rule, won: rule === winner, reasons: general === undefined ? explain() : [general] };
  };
  const keyed = [...table.keyed.values()].map((own) => toCandidate(own.rule, () => explainKeyed(own, decided, key)));
  const byRule = Map.groupBy(table.keyless, ({ rule }) => rule);
  const keyless = [...byRule].map(([rule, entries]) => {
    const alternatives = entries.map(({ alternative }) => alternative);
    return toCandidate(rule, () => explainKeyless({ rule, alternatives }, decided, key));
  });
  return [
    ...keyless.filter(({ won }) => won),
    ...keyed.filter(({ rule }) => rule.key === key),
    ...keyless.filter(({ won }) => !won),
    ...keyed.filter(({ rule }) => rule.key !== key),
  ];
}

/** Why no rule is asked at all. */
function explainAll({ table, reading }: Decided): string | undefined {
  if (table.untrusted) return 'the service is untrusted, so nothing is routed there';
  return reading.t === 'refused' ? 'the request is refused' : undefined;
}

function explainKeyed(
  { rule, alternatives }: CompiledRule,
  { evidence, reading }: Decided,
  key: RoutingKey | undefined,
): readonly string[] {
  if (rule.key !== key || key === undefined) return [`its key is ${rule.key}, the request carries ${describeKey(reading)}`];
  const met = alternatives.find((alternative) => meets(alternative, evidence, rule, key));
  return met === undefined
    ? describeMisses(alternatives, evidence, rule, key)
    : [`the request carries its key ${key}`, ...describeMet(met)];
}

function explainKeyless(
  { rule, alternatives }: CompiledRule,
  { table, evidence, winner }: Decided,
  key: RoutingKey | undefined,
): readonly string[] {
  if (key !== undefined && table.liveKeys.has(key)) return [`the key ${key} is live, so the request belongs to its owner`];
  const met = alternatives.find((alternative) => meets(alternative, evidence, rule, key));
  if (met === undefined) return describeMisses(alternatives, evidence, rule, key);
  if (rule === winner) return describeMet(met);
  const better = table.keyless.find((entry) => entry.rule === winner && meets(entry.alternative, evidence, entry.rule, key));
  const isEqual = better !== undefined && compareSpecificity(better.alternative.specificity, met.specificity) === 0;
  return [isEqual ? 'another rule is as specific, and older' : 'another rule is more specific'];
}

function describeKey(reading: Reading): string {
  if (reading.t !== 'present') return 'none';
  return reading.key ?? `${quote(reading.text)}, which is no key`;
}

function describeMet({ tests }: Alternative): readonly string[] {
  return tests.length === 0 ? ['nothing more is asked'] : tests.map(({ condition }) => describeCondition(condition));
}

/** One reason for each alternative: all that it lacks. */
function describeMisses(
  alternatives: readonly Alternative[],
  evidence: Evidence,
  rule: Rule,
  key: RoutingKey | undefined,
): readonly string[] {
  return alternatives.map(({ tests }) =>
    tests
      .filter(({ holds }) => !holds(evidence, rule, key))
      .map(({ condition }) => describeMiss(condition, evidence))
      .join(' and '),
  );
}
