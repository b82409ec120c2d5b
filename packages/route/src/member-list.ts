/** How a header or a query lists its `name=value` members. */
export interface ListSyntax {
  readonly separator: string;
  /** Whether `;` ends a member's value and begins its properties. */
  readonly properties: boolean;
}

/** W3C Baggage section 3.2. */
export const baggageSyntax: ListSyntax = { separator: ',', properties: true };
/** W3C Trace Context section 3.3: a value may hold `;`. */
export const tracestateSyntax: ListSyntax = { separator: ',', properties: false };
/** RFC 6265 section 4.2.1. */
export const cookieSyntax: ListSyntax = { separator: ';', properties: false };
/** The form-encoded query of a URL. */
export const querySyntax: ListSyntax = { separator: '&', properties: false };

/** The name of a member, or with `prefix` how it begins. Case-sensitive, never empty, without separators. */
export interface MemberName {
  readonly text: string;
  readonly prefix: boolean;
}

/** A member's value, and where it stands in its list. */
export interface MemberValue {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Value of the last member called `name`, without surrounding spaces and tabs. A member without `=` has no value and does not count. */
export function findLastMember(list: string, syntax: ListSyntax, name: MemberName): MemberValue | undefined {
  if (!list.includes(name.text)) return undefined;
  let found: MemberValue | undefined;
  let start = 0;
  for (const member of list.split(syntax.separator)) {
    found = readMember(member, start, syntax, name) ?? found;
    start += member.length + 1;
  }
  return found;
}

function readMember(member: string, offset: number, syntax: ListSyntax, name: MemberName): MemberValue | undefined {
  const nameStart = skipBlanks(member, 0);
  if (!member.startsWith(name.text, nameStart)) return undefined;
  const property = syntax.properties ? member.indexOf(';') : -1;
  const pair = property === -1 ? member : member.slice(0, property);
  const equals = pair.indexOf('=');
  if (equals === -1) return undefined;
  if (!name.prefix && skipBlanks(pair, nameStart + name.text.length) !== equals) return undefined;
  const start = skipBlanks(pair, equals + 1);
  const end = Math.max(start, dropBlanks(pair));
  return { text: pair.slice(start, end), start: offset + start, end: offset + end };
}

/** A member: its name and, where it has a `=`, its value; both without surrounding spaces and tabs. */
export interface Member {
  readonly name: string;
  readonly value: string | undefined;
}

/** All members of a list without properties, in their order. */
export function readMembers(list: string, { separator }: ListSyntax): readonly Member[] {
  return list.split(separator).map((member) => {
    const equals = member.indexOf('=');
    if (equals === -1) return { name: trimBlanks(member), value: undefined };
    return { name: trimBlanks(member.slice(0, equals)), value: trimBlanks(member.slice(equals + 1)) };
  });
}

/**
 * `list` without the members that `matches` names; the others stay byte for byte. Every name is matched as the most lenient reader
 * would understand it, percent-decoded and trimmed: OpenTelemetry for JavaScript reads `%69ntercept=alice` as `intercept`.
 */
export function removeMembers(list: string, syntax: ListSyntax, matches: (name: string) => boolean): string {
  const members = list.split(syntax.separator);
  const kept = members.filter((member) => !matches(lenientName(member, syntax)));
  return kept.length === members.length ? list : trimBlanks(kept.join(syntax.separator));
}

function lenientName(member: string, syntax: ListSyntax): string {
  const end = member.search(syntax.properties ? /[=;]/ : /=/);
  return decodePercent(end === -1 ? member : member.slice(0, end)).trim();
}

/** Number of members that are not blank. */
export function countMembers(list: string, syntax: ListSyntax): number {
  return list.split(syntax.separator).filter((member) => skipBlanks(member, 0) < member.length).length;
}

/** Whether `name` names `text`. */
export function matchesName(name: MemberName, text: string): boolean {
  return name.prefix ? text.startsWith(name.text) : text === name.text;
}

/** Each `%XX` as the one byte that it stands for (latin1). Whatever is no escape stays as it is: there is no failure. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  return text.slice(start, Math.max(start, dropBlanks(text)));
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text, at)) at += 1;
  return at;
}

function dropBlanks(text: string): number {
  let end = text.length;
  while (end > 0 && isBlank(text, end - 1)) end -= 1;
  return end;
}
