import type { Condition } from '@switchyard/contract';
import type { Evidence } from '../evidence.ts';
import { cookieSyntax, decodePercent, querySyntax, readMembers } from '../member-list.ts';
import { cookieHeader } from '../names.ts';

/** A condition that names what it looks at. There may be several of it in one request, and each counts. */
export type NamedCondition = Extract<Condition, { readonly name: string }>;

/** All texts of a request that `condition` is about, in their order; empty where there is none. */
export function readTexts({ t, name }: NamedCondition, evidence: Evidence): readonly string[] {
  switch (t) {
    case 'header':
      return readLines(evidence, name);
    case 'query':
      return readQuery(evidence, name);
    case 'cookie':
      return readCookies(evidence, name);
  }
}

/** The values of the cookie `name`, as they came. */
export function readCookies(evidence: Evidence, name: string): readonly string[] {
  return remember(cookies, evidence, listCookies).get(name) ?? none;
}

function readLines({ fields }: Evidence, name: string): readonly string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(field.value);
  return values;
}

function readQuery(evidence: Evidence, name: string): readonly string[] {
  return evidence.query === undefined ? none : (remember(queries, evidence, listQuery).get(toBytes(name)) ?? none);
}

/** The values of a list by the names of its members. */
type Values = ReadonlyMap<string, readonly string[]>;

const none: readonly string[] = Object.freeze([]);

// Thousands of conditions may ask about one request, whose lists may be long: each list is taken apart once.
const cookies: WeakMap<Evidence, Values> = new WeakMap();
const queries: WeakMap<Evidence, Values> = new WeakMap();

function remember(known: WeakMap<Evidence, Values>, evidence: Evidence, list: (evidence: Evidence) => Values): Values {
  const found = known.get(evidence);
  if (found !== undefined) return found;
  const values = list(evidence);
  known.set(evidence, values);
  return values;
}

function listCookies(evidence: Evidence): Values {
  const values = new Map<string, string[]>();
  for (const line of readLines(evidence, cookieHeader)) {
    for (const { name, value } of readMembers(line, cookieSyntax)) if (value !== undefined) add(values, name, value);
  }
  return values;
}

/** A member without `=` is there, and empty, as in a form (URL standard, section 5.1). */
function listQuery({ query = '' }: Evidence): Values {
  const values = new Map<string, string[]>();
  for (const { name, value = '' } of readMembers(query, querySyntax)) add(values, decodePercent(name), decodePercent(value));
  return values;
}

function add(values: Map<string, string[]>, name: string, value: string): void {
  const found = values.get(name);
  if (found === undefined) values.set(name, [value]);
  else found.push(value);
}

/** What a person wrote, as a request carries it. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
