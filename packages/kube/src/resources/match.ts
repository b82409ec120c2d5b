import type { Condition, Match, TextMatch } from '@switchyard/contract';

/** How a path is compared, as an object says it: exactly one field. */
interface PathMatchObject {
  readonly exact?: string;
  readonly prefix?: string;
  /** RE2 syntax, and the whole text. */
  readonly regex?: string;
}

/** How another text is compared: exactly one field. */
interface TextMatchObject extends PathMatchObject {
  readonly present?: true;
}

/** The same, of a text that has a name. */
interface NamedTextObject extends TextMatchObject {
  readonly name: string;
}

/** One thing that a request must show, as an object says it: exactly one field. */
interface ConditionObject {
  readonly header?: NamedTextObject;
  readonly path?: PathMatchObject;
  readonly method?: string;
  readonly query?: NamedTextObject;
  readonly cookie?: NamedTextObject;
  readonly percent?: number;
}

/** `spec.match` of an Intercept: any one of the alternatives. */
export type MatchObject = readonly { readonly allOf: readonly ConditionObject[] }[];

/** A match as an object says it. */
export function toMatchObject(match: Match): MatchObject {
  return match.map((conditions) => ({ allOf: conditions.map(toObject) }));
}

function toObject(condition: Condition): ConditionObject {
  switch (condition.t) {
    case 'header':
    case 'query':
    case 'cookie':
      return { [condition.t]: { name: condition.name, ...toTextObject(condition.text) } };
    case 'path':
      return { path: toTextObject(condition.text) };
    case 'method':
      return { method: condition.method };
    case 'percent':
      return { percent: condition.percent };
  }
}

function toTextObject(text: TextMatch): TextMatchObject {
  return text.t === 'present' ? { present: true } : { [text.t]: text.value };
}

/**
 * The match that an object says; undefined where it makes no sense to this version. A condition without a field that is known here, which
 * another version may have written, makes none: passed over, it would catch the requests of others.
 */
export function fromMatchObject(object: MatchObject = []): Match | undefined {
  const match = object.map(({ allOf }) => allOf.flatMap((condition) => toCondition(condition) ?? []));
  const isWhole = object.every(({ allOf }, index) => allOf.length > 0 && match[index]?.length === allOf.length);
  return isWhole ? match : undefined;
}

function toCondition(object: ConditionObject): Condition | undefined {
  if (Object.keys(object).length !== 1) return undefined;
  const { header, path, method, query, cookie, percent } = object;
  if (header !== undefined) return toNamed('header', header);
  if (query !== undefined) return toNamed('query', query);
  if (cookie !== undefined) return toNamed('cookie', cookie);
  if (method !== undefined) return { t: 'method', method };
  if (percent !== undefined) return { t: 'percent', percent };
  const text = path && toTextMatch(path);
  return text && { t: 'path', text };
}

function toNamed(t: 'header' | 'query' | 'cookie', { name, ...object }: NamedTextObject): Condition | undefined {
  const text = toTextMatch(object);
  return text && { t, name, text };
}

function toTextMatch(object: TextMatchObject): TextMatch | undefined {
  if (Object.keys(object).length !== 1) return undefined;
  const { exact, prefix, regex, present } = object;
  if (exact !== undefined) return { t: 'exact', value: exact };
  if (prefix !== undefined) return { t: 'prefix', value: prefix };
  if (regex !== undefined) return { t: 'regex', value: regex };
  return present === true ? { t: 'present' } : undefined;
}
