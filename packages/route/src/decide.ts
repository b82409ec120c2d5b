import type { RoutingKey } from '@switchyard/contract';
import { planCompletion } from './completion.ts';
import type { Decision, RouteCount } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { readKey, type Reading } from './key-reading.ts';
import { keyMember } from './names.ts';
import type { PortTable } from './snapshot.ts';
import { planStrip } from './strip.ts';

type Present = Extract<Reading, { t: 'present' }>;

const nothing: readonly RouteCount[] = Object.freeze([]);
const baseline: Decision = Object.freeze({ t: 'baseline', counts: nothing });

/**
 * Decides where one request goes and what must be done to its head. Never throws, whatever the bytes.
 * Costs one look-up by key; a request that cannot carry a key costs nothing.
 */
export function decide(table: PortTable, evidence: Evidence): Decision {
  if (evidence.fields.length === 0 && evidence.query === undefined) return baseline;
  if (table.untrusted) return decideUntrusted(table, evidence);
  const reading = readKey(evidence, table.aliases);
  switch (reading.t) {
    case 'absent':
      return baseline;
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
  const { form, key, baggage } = reading;
  const differs = baggage !== undefined && baggage.key !== key;
  const counts: readonly RouteCount[] = differs ? ['keys_differ'] : nothing;
  if (key === undefined) return { t: 'baseline', status: 'invalid-key', counts };
  const rule = table.rules.get(key);
  if (rule === undefined && !table.liveKeys.has(key)) return { t: 'baseline', status: 'no-route', counts };
  const { completion, baggageFull } = planCompletion(evidence.fields, { form, key, baggage });
  const live = {
    key,
    completion,
    setCookie: table.entry && form === 'query' ? toCookie(key) : undefined,
    counts: baggageFull ? [...counts, 'baggage_full' as const] : counts,
  };
  return rule === undefined ? { t: 'passing', ...live } : { t: 'routed', rule, ...live };
}

/** A key's alphabet needs no escape in a cookie. */
function toCookie(key: RoutingKey): string {
  return `${keyMember}=${key}; Path=/; SameSite=Lax`;
}
