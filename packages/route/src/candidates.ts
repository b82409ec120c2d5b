import type { RoutingKey } from '@switchyard/contract';
import type { Evidence } from './evidence.ts';
import type { Reading } from './key-reading.ts';
import { meets, type Alternative } from './match/compile-match.ts';
import { describeCondition, describeMiss } from './match/describe.ts';
import { compareSpecificity } from './match/specificity.ts';
import type { KeyedRule, PortTable } from './port-table.ts';
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

/** Says of each rule of a port why it won or lost: the winner first, then the rule of the request's key, then those without a key as they are asked. */
export function explainRules(decided: Decided): readonly RuleCandidate[] {
  const { table, reading, winner } = decided;
  const key = reading.t === 'present' ? reading.key : undefined;
  const keyed = [...table.keyed.values()].map((own) => toCandidate(own.rule, decided, () => explainKeyed(own, decided, key)));
  const keyless = [...Map.groupBy(table.keyless, ({ rule }) => rule)].map(([rule, entries]) =>
    toCandidate(rule, decided, () =>
      explainKeyless(
        rule,
        entries.map(({ alternative }) => alternative),
        decided,
        key,
      ),
    ),
  );
  const [first, own, rest] = [
    keyless.filter(({ rule }) => rule === winner),
    keyed.filter(({ rule }) => rule.key === key),
    keyed.filter(({ rule }) => rule.key !== key),
  ];
  return [...first, ...own, ...keyless.filter(({ rule }) => rule !== winner), ...rest];
}

function toCandidate(rule: Rule, { table, reading, winner }: Decided, explain: () => readonly string[]): RuleCandidate {
  const won = rule === winner;
  if (reading.t === 'refused' && !table.untrusted) return { rule, won, reasons: ['the request is refused'] };
  if (table.untrusted) return { rule, won, reasons: ['the service is untrusted, so nothing is routed there'] };
  return { rule, won, reasons: explain() };
}

function explainKeyed({ rule, alternatives }: KeyedRule, { evidence, reading }: Decided, key: RoutingKey | undefined): readonly string[] {
  if (rule.key !== key || key === undefined) return [`its key is ${rule.key}, the request carries ${describeKey(reading)}`];
  const met = alternatives.find((alternative) => meets(alternative, evidence, rule, key));
  return met === undefined
    ? describeMisses(alternatives, evidence, rule, key)
    : [`the request carries its key ${key}`, ...describeMet(met)];
}

function explainKeyless(
  rule: Rule,
  alternatives: readonly Alternative[],
  decided: Decided,
  key: RoutingKey | undefined,
): readonly string[] {
  const { table, evidence, winner } = decided;
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
  return reading.key ?? `${JSON.stringify(reading.text)}, which is no key`;
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
