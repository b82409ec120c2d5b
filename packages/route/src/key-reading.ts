import { toRoutingKey, type RoutingKey } from '@switchyard/contract';
import type { Alias } from './alias.ts';
import type { Evidence, Field } from './evidence.ts';
import {
  baggageSyntax,
  cookieSyntax,
  decodePercent,
  findLastMember,
  querySyntax,
  tracestateSyntax,
  type ListSyntax,
  type MemberName,
  type MemberValue,
} from './member-list.ts';
import { baggageHeader, cookieHeader, keyMember, keyQuery, twinHeader } from './names.ts';

/** The places where a key may stand, in the order in which they speak. */
export type KeyForm = 'twin' | 'baggage' | 'alias' | 'query' | 'cookie';

/** The `intercept` member of the baggage. */
export interface BaggageKey {
  /** The line that holds it. */
  readonly field: Field;
  readonly value: MemberValue;
  /** Undefined where the value is no key. */
  readonly key: RoutingKey | undefined;
}

/** What a request says about its key. It depends on the request alone, never on what is live. */
export type Reading =
  | { readonly t: 'absent' }
  | {
      readonly t: 'present';
      /** The first form that is present: it alone speaks, even where what it says is no key. */
      readonly form: KeyForm;
      /** What stands there, decoded. */
      readonly text: string;
      /** Undefined where it says no key. */
      readonly key: RoutingKey | undefined;
      /** What the baggage says; known for `twin` and `baggage`, the other forms stand in for a missing one. */
      readonly baggage: BaggageKey | undefined;
    }
  /** It names more than one key. `message` is safe to show. */
  | { readonly t: 'refused'; readonly message: string };

const keyName: MemberName = { text: keyMember, prefix: false };
const queryName: MemberName = { text: keyQuery, prefix: false };

const absent: Reading = Object.freeze({ t: 'absent' });
const twinList: Reading = Object.freeze({ t: 'refused', message: `${twinHeader} must be one routing key, not a list.` });
const twinsDiffer: Reading = Object.freeze({ t: 'refused', message: `${twinHeader} was sent more than once, with different values.` });

/** Reads the key of a request: `x-intercept-id`, then baggage, the aliases in their order, the query, the cookie. */
export function readKey(evidence: Evidence, aliases: readonly Alias[]): Reading {
  const { fields, query } = evidence;
  const twin = fields.find((field) => field.name === twinHeader);
  const baggage = readBaggage(fields);
  if (twin !== undefined) {
    if (twin.value.includes(',')) return twinList;
    if (fields.some((field) => field.name === twinHeader && field.value !== twin.value)) return twinsDiffer;
    return present('twin', twin.value, baggage);
  }
  if (baggage !== undefined) return present('baggage', decodePercent(baggage.value.text), baggage);
  const alias = readAliases(fields, aliases);
  if (alias !== undefined) return present('alias', alias);
  const asked = query === undefined ? undefined : findLastMember(query, querySyntax, queryName);
  if (asked !== undefined) return present('query', decodePercent(asked.text));
  const cookie = findLast(fields, cookieHeader, cookieSyntax, keyName);
  return cookie === undefined ? absent : present('cookie', cookie.value.text);
}

function present(form: KeyForm, text: string, baggage?: BaggageKey): Reading {
  return { t: 'present', form, text, key: toRoutingKey(text), baggage };
}

function readBaggage(fields: readonly Field[]): BaggageKey | undefined {
  const found = findLast(fields, baggageHeader, baggageSyntax, keyName);
  return found && { ...found, key: toRoutingKey(decodePercent(found.value.text)) };
}

function readAliases(fields: readonly Field[], aliases: readonly Alias[]): string | undefined {
  for (const alias of aliases) {
    const text = readAlias(fields, alias);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readAlias(fields: readonly Field[], alias: Alias): string | undefined {
  if (alias.t === 'header') return fields.findLast((field) => field.name === alias.header)?.value;
  if (alias.header === baggageHeader) {
    const found = findLast(fields, baggageHeader, baggageSyntax, alias.name);
    return found && decodePercent(found.value.text);
  }
  return findLast(fields, alias.header, tracestateSyntax, alias.name)?.value.text;
}

/** The last member called `name` over all lines of a header, which count as one joined list (RFC 9110 section 5.3). */
function findLast(
  fields: readonly Field[],
  header: string,
  syntax: ListSyntax,
  name: MemberName,
): { readonly field: Field; readonly value: MemberValue } | undefined {
  for (let at = fields.length - 1; at >= 0; at -= 1) {
    const field = fields[at];
    if (field === undefined || field.name !== header) continue;
    const value = findLastMember(field.value, syntax, name);
    if (value !== undefined) return { field, value };
  }
  return undefined;
}
