import type { HeaderLine } from '@switchyard/contract';
import { explainRules, type RuleCandidate } from './candidates.ts';
import { decide } from './decide.ts';
import type { Decision, KeyStatus } from './decision.ts';
import { splitTarget, type Evidence } from './evidence.ts';
import { readKey, type KeyForm } from './key-reading.ts';
import { routeLimits } from './limits.ts';
import type { PortTable } from './port-table.ts';
import type { Rule } from './rule.ts';

/** A request that somebody wants explained. */
export interface ExplainedRequest {
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
  /** All header lines, in any case and order. */
  readonly header: readonly HeaderLine[];
  /** IP address of the caller. */
  readonly clientAddress: string;
}

/** Where a request goes, and why. */
export interface Explanation {
  readonly decision: Decision['t'];
  /** Value of `x-intercept-status` on the response. */
  readonly status: KeyStatus | undefined;
  /** The key that speaks: where it stands, what stands there, and whether that is a key. */
  readonly key: { readonly form: KeyForm; readonly text: string; readonly valid: boolean } | undefined;
  /** The rule whose target answers. */
  readonly winner: Rule | undefined;
  /** The rules of the port: the winner, then those that came closest. At most `explainedRules`. */
  readonly candidates: readonly RuleCandidate[];
  /** How many further rules the port has; they lost too. */
  readonly more: number;
  /** Why the request is refused. */
  readonly refusal: string | undefined;
  /** Value of a `Set-Cookie` header for the response. */
  readonly setCookie: string | undefined;
}

/** Explains what `decide` does with a request. Pure, and never throws, whatever the bytes. */
export function explain(table: PortTable, request: ExplainedRequest): Explanation {
  const evidence = toEvidence(table, request);
  const decision = decide(table, evidence);
  const reading = readKey(evidence, table.aliases);
  const winner = decision.t === 'routed' ? decision.rule : undefined;
  const candidates = explainRules({ table, evidence, reading, winner });
  const { value: limit } = routeLimits.explainedRules;
  return {
    decision: decision.t,
    status: 'status' in decision ? decision.status : undefined,
    key: reading.t === 'present' ? { form: reading.form, text: reading.text, valid: reading.key !== undefined } : undefined,
    winner,
    candidates: candidates.slice(0, limit),
    more: Math.max(0, candidates.length - limit),
    refusal: decision.t === 'refused' ? decision.message : undefined,
    setCookie: 'setCookie' in decision ? decision.setCookie : undefined,
  };
}

/** What the router would collect of the request. */
function toEvidence({ fieldNames }: PortTable, { method, target, header, clientAddress }: ExplainedRequest): Evidence {
  const fields = header.map(([name, value], line) => ({ name: name.toLowerCase(), value: value.replace(/^[ \t]+|[ \t]+$/g, ''), line }));
  return { method, ...splitTarget(target), fields: fields.filter(({ name }) => fieldNames.has(name)), clientAddress };
}
