import type { Condition } from '@switchyard/contract';
import type { Evidence } from '../evidence.ts';
import { cookieSyntax, decodePercent, querySyntax, readMembers } from '../member-list.ts';
import { cookieHeader } from '../names.ts';

/** A condition that names what it looks at. There may be several of it in one request, and each counts. */
export type NamedCondition = Extract<Condition, { readonly name: string }>;

/** All texts of a request that `condition` is about, in their order; empty where there is none. */
export function readTexts({ t, name }: NamedCondition, { fields, query }: Evidence): readonly string[] {
  switch (t) {
    case 'header':
      return readLines(fields, name);
    case 'query':
      return query === undefined ? [] : readQuery(query, name);
    case 'cookie':
      return readCookies(fields, name);
  }
}

/** The values of the cookie `name`, as they came. */
export function readCookies(fields: Evidence['fields'], name: string): readonly string[] {
  const values: string[] = [];
  for (const line of readLines(fields, cookieHeader)) {
    if (!line.includes(name)) continue;
    for (const member of readMembers(line, cookieSyntax)) if (member.name === name && member.value !== undefined) values.push(member.value);
  }
  return values;
}

function readLines(fields: Evidence['fields'], name: string): readonly string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(field.value);
  return values;
}

/** A member without `=` is there, and empty, as in a form (URL standard, section 5.1). */
function readQuery(query: string, name: string): readonly string[] {
  const values: string[] = [];
  if (!query.includes('%') && !query.includes(name)) return values;
  const bytes = Buffer.from(name).toString('latin1');
  for (const member of readMembers(query, querySyntax)) {
    if (decodePercent(member.name) === bytes) values.push(decodePercent(member.value ?? ''));
  }
  return values;
}
