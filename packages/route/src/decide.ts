import type { RoutingKey } from '@switchyard/contract';
import { complete, planCompletion } from './completion.ts';
import type { Decision, KeyStatus, RouteCount } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { readKey, type Reading } from './key-reading.ts';
import { meets } from './match/compile-match.ts';
import { keyMember } from './names.ts';
import type { CompiledRule, PortTable } from './port-table.ts';
import { planStrip } from './strip.ts';

type Present = Extract<Reading, { t: 'present' }>;
type Routed = Extract<Decision, { t: 'routed' }>;

const nothing: readonly RouteCount[] = Object.freeze([]);
const baseline: Decision = Object.freeze({ t: 'baseline', status: undefined, counts: nothing });

/**
 * Decides where one request goes and what must be done to its head. Never throws, whatever the bytes.
 *
 * A live key belongs to its owner: its rule is found by one look-up, and no other is asked, also where its conditions are not met. Every
 * other request goes to the first of the rules without a key that it matches. Where there are none, a request that cannot carry a key costs
 * nothing.
 */
export function decide(table: PortTable, evidence: Evidence): Decision {
  if (evidence.fields.length === 0 && evidence.query === undefined && table.keyless.length === 0) return baseline;
  if (table.untrusted) return decideUntrusted(table, evidence);
  const reading = readKey(evidence, table.aliases);
  switch (reading.t) {
    case 'absent':
      return decideKeyless(table, evidence, undefined) ?? baseline;
    case 'refused':
      return { t: 'refused', message: reading.message, counts: nothing };
    case 'present':
      return decidePresent(table, evidence, reading);
  }
}

function decideUntrusted(table: PortTable, evidence: Evidence): Decision {
  const strip = planStrip(evidence, table.aliases);
  return strip === undefined ? baseline : { t: 'stripped', strip, counts: ['key_stripped'] };
}

function decidePresent(table: PortTable, evidence: Evidence, reading: Present): Decision {
  const { key, baggage } = reading;
  const differs = baggage !== undefined && baggage.key !== key;
  const counts: readonly RouteCount[] = differs ? ['keys_differ'] : nothing;
  const own = key === undefined ? undefined : table.keyed.get(key);
  if (key !== undefined && (own !== undefined || table.liveKeys.has(key))) {
    const status = own === undefined || matchesAny(own, evidence, key) ? undefined : 'not-matched';
    const live = { status, ...planLive(table, evidence, { ...reading, key }, counts) } as const;
    return own === undefined || status !== undefined ? { t: 'passing', key, ...live } : { t: 'routed', rule: own.rule, ...live };
  }
  const status: KeyStatus = key === undefined ? 'invalid-key' : 'no-route';
  const caught = decideKeyless(table, evidence, key);
  return caught === undefined ? { t: 'baseline', status, counts } : { ...caught, status, counts };
}

function matchesAny({ rule, alternatives }: CompiledRule, evidence: Evidence, key: RoutingKey): boolean {
  return alternatives.some((alternative) => meets(alternative, evidence, rule, key));
}

function decideKeyless({ keyless }: PortTable, evidence: Evidence, key: RoutingKey | undefined): Routed | undefined {
  const found = keyless.find(({ rule, alternative }) => meets(alternative, evidence, rule, key));
  return found && { t: 'routed', rule: found.rule, status: undefined, completion: complete, setCookie: undefined, counts: nothing };
}

/** What a live key brings with it, wherever its request goes. */
function planLive(
  table: PortTable,
  evidence: Evidence,
  read: Present & { readonly key: RoutingKey },
  counts: readonly RouteCount[],
): Pick<Routed, 'completion' | 'setCookie' | 'counts'> {
  const { completion, baggageFull } = planCompletion(evidence.fields, read);
  return {
    completion,
    setCookie: table.entry && read.form === 'query' ? toCookie(read.key) : undefined,
    counts: baggageFull ? [...counts, 'baggage_full'] : counts,
  };
}

/** A key's alphabet needs no escape in a cookie. */
function toCookie(key: RoutingKey): string {
  return `${keyMember}=${key}; Path=/; SameSite=Lax`;
}
