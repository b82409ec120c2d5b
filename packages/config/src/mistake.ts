import type { z } from 'zod';
import { keysAt } from './json-schema.ts';
import { nearestWord } from './nearest-word.ts';

/** One mistake of a document: where it lies in the data, and a clause that says what is wrong and what would be right. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  /** Whether `path` names a key that should not be there (rather than a wrong value). */
  readonly onKey: boolean;
  readonly text: string;
}

/** What a schema's issues mean to the person who wrote the document; the innermost ones of a union. */
export function toMistakes(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, data: unknown): readonly Mistake[] {
  return issues.flatMap((issue) => mistakesOf(issue, schema, data));
}

function mistakesOf(issue: z.core.$ZodIssue, schema: z.ZodType, data: unknown): readonly Mistake[] {
  const { path } = issue;
  const at = (text: string): readonly Mistake[] => [{ path, onKey: false, text: `${nameOf(path)} ${text}` }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], onKey: true, text: unknownKey(key, path, schema) }));
    case 'invalid_type':
      return at(valueAt(data, path) === undefined ? 'is missing' : `must be ${withArticle(issue.expected)}`);
    case 'invalid_value':
      return at(valueAt(data, path) === undefined ? `is missing: ${oneOf(issue.values)}` : mustBe(issue.values, valueAt(data, path)));
    case 'too_small':
      return at(bound('at least', issue.minimum, issue.origin));
    case 'too_big':
      return at(bound('at most', issue.maximum, issue.origin));
    case 'invalid_union':
      return bestVariant(issue, schema, data) ?? at('has no form that is known here');
    default:
      return at(issue.message);
  }
}

/** The variant of a union with the fewest mistakes is what the person meant, preferably one of the type that was written. */
function bestVariant(issue: z.core.$ZodIssueInvalidUnion, schema: z.ZodType, data: unknown): readonly Mistake[] | undefined {
  const isOtherType = (issues: readonly z.core.$ZodIssue[]): number =>
    Number(issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0));
  const [best] = issue.errors.toSorted((a, b) => isOtherType(a) - isOtherType(b) || a.length - b.length);
  if (best === undefined || best.length === 0) return undefined;
  return best.flatMap((inner) => mistakesOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, data));
}

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const known = keysAt(schema, path);
  const nearest = nearestWord(key, known);
  const others = known.length === 0 ? 'none is known here' : `known here: ${known.join(', ')}`;
  const remedy = nearest === undefined ? others : `did you mean "${nearest}"?`;
  return `unknown key "${key}"${path.length === 0 ? '' : ` in ${nameOf(path)}`}; ${remedy}`;
}

function mustBe(values: readonly unknown[], actual: unknown): string {
  const nearest = typeof actual === 'string' && values.length > 1 ? nearestWord(actual, values.map(String)) : undefined;
  return `must be ${oneOf(values)}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' or ');
}

function withArticle(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    int: 'a whole number',
    boolean: 'true or false',
    undefined: 'left out',
  };
  return names[expected] ?? `a ${expected}`;
}

function bound(limit: string, amount: number | bigint, origin: string): string {
  if (origin !== 'array' && origin !== 'string') return `must be ${limit} ${amount}`;
  const one = origin === 'array' ? 'entry' : 'character';
  const many = origin === 'array' ? 'entries' : 'characters';
  return `must have ${limit} ${amount} ${Number(amount) === 1 ? one : many}`;
}

/** `services[0].ports` as people write paths. */
function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}${text && '.'}${String(step)}`), '');
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), data);
}
