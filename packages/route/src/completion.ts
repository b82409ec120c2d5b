import type { RoutingKey } from '@switchyard/contract';
import type { Completion } from './decision.ts';
import type { Field } from './evidence.ts';
import type { BaggageKey, KeyForm } from './key-reading.ts';
import { routeLimits } from './limits.ts';
import { baggageSyntax, countMembers } from './member-list.ts';
import { baggageHeader, keyMember } from './names.ts';

/** What every platform carries on (W3C Baggage section 3.3.2); beyond this a member may get lost on the way. */
const memberLimit = routeLimits.baggageMembers.value;
const baggageLimitBytes = routeLimits.baggageBytes.value;

/** The edit of a head that needs none. */
export const complete: Completion = Object.freeze({ twin: undefined, baggage: undefined });

/** A completion, and whether the baggage had no room for the key. */
export interface CompletionPlan {
  readonly completion: Completion;
  readonly baggageFull: boolean;
}

/**
 * Plans how a head of `fields` comes to carry `key` both as `x-intercept-id` and in its baggage.
 * Other members keep their bytes and order, and none is dropped: a key that does not fit stays out of the baggage.
 */
export function planCompletion(
  fields: readonly Field[],
  read: { readonly form: KeyForm; readonly key: RoutingKey; readonly baggage: BaggageKey | undefined },
): CompletionPlan {
  const twin = read.form === 'twin' ? undefined : read.key;
  if (read.baggage !== undefined) {
    if (read.baggage.key !== read.key) return { completion: { twin, baggage: replaceKey(read.baggage, read.key) }, baggageFull: false };
    return { completion: toTwinOnly(twin), baggageFull: false };
  }
  const lines = fields.filter((field) => field.name === baggageHeader);
  if (!hasRoom(lines, read.key)) return { completion: toTwinOnly(twin), baggageFull: true };
  return { completion: { twin, baggage: addMember(lines, read.key) }, baggageFull: false };
}

function toTwinOnly(twin: RoutingKey | undefined): Completion {
  return twin === undefined ? complete : { twin, baggage: undefined };
}

/** A wrong key must never travel on, so this is done however full the baggage is. */
function replaceKey({ field, value }: BaggageKey, key: RoutingKey): Completion['baggage'] {
  return { t: 'replace', line: field.line, value: field.value.slice(0, value.start) + key + field.value.slice(value.end) };
}

/** Joins the first line rather than adding one: some libraries read only the first. */
function addMember(lines: readonly Field[], key: RoutingKey): Completion['baggage'] {
  const member = `${keyMember}=${key}`;
  const first = lines[0];
  if (first === undefined) return { t: 'add', value: member };
  const comma = first.value === '' || first.value.endsWith(',') ? '' : ',';
  return { t: 'replace', line: first.line, value: first.value + comma + member };
}

function hasRoom(lines: readonly Field[], key: RoutingKey): boolean {
  const joined = [...lines.map((field) => field.value), `${keyMember}=${key}`].join(',');
  return joined.length <= baggageLimitBytes && countMembers(joined, baggageSyntax) <= memberLimit;
}
