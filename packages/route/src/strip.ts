import type { Alias } from './alias.ts';
import type { LineEdit, Strip } from './decision.ts';
import type { Evidence, Field } from './evidence.ts';
import { baggageSyntax, cookieSyntax, matchesName, querySyntax, removeMembers, tracestateSyntax, type ListSyntax } from './member-list.ts';
import { baggageHeader, cookieHeader, keyMember, keyQuery, tracestateHeader, twinHeader } from './names.ts';

const listSyntaxes: ReadonlyMap<string, ListSyntax> = new Map([
  [baggageHeader, baggageSyntax],
  [tracestateHeader, tracestateSyntax],
  [cookieHeader, cookieSyntax],
]);

/** Plans how every form of a key comes off a head; undefined where it carries none. */
export function planStrip(evidence: Evidence, aliases: readonly Alias[]): Strip | undefined {
  const drop: number[] = [];
  const replace: LineEdit[] = [];
  for (const field of evidence.fields) {
    const value = stripField(field, aliases);
    if (value === field.value) continue;
    if (value === undefined || value === '') drop.push(field.line);
    else replace.push({ line: field.line, value });
  }
  const query = stripQuery(evidence.query);
  if (drop.length === 0 && replace.length === 0 && query === undefined) return undefined;
  return { drop, replace, query };
}

/** What stays of a line's value; undefined where the whole line is a key. */
function stripField(field: Field, aliases: readonly Alias[]): string | undefined {
  if (field.name === twinHeader) return undefined;
  const syntax = listSyntaxes.get(field.name);
  if (syntax === undefined) return aliases.some((alias) => alias.t === 'header' && alias.header === field.name) ? undefined : field.value;
  const isOwn = (name: string): boolean => name === keyMember && field.name !== tracestateHeader;
  const isAlias = (name: string): boolean =>
    aliases.some((alias) => alias.t === 'member' && alias.header === field.name && matchesName(alias.name, name));
  return removeMembers(field.value, syntax, (name) => isOwn(name) || isAlias(name));
}

function stripQuery(query: string | undefined): string | undefined {
  if (query === undefined) return undefined;
  const kept = removeMembers(query, querySyntax, (name) => name === keyQuery);
  return kept === query ? undefined : kept;
}
