import type { FakeObject } from './object.ts';

/** Whether an object belongs to a list or a watch. */
export type Selector = (object: FakeObject) => boolean;

/**
 * Reads `labelSelector` (`a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`) and `fieldSelector` (`metadata.name` and
 * `metadata.namespace`). Throws where something else is asked for.
 */
export function parseSelector(query: URLSearchParams): Selector {
  const tests = [
    ...splitTerms(query.get('labelSelector') ?? '').map(parseLabel),
    ...splitTerms(query.get('fieldSelector') ?? '').map(parseField),
  ];
  return (object) => tests.every((test) => test(object));
}

/** Splits at commas that are not in parentheses. */
function splitTerms(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function parseLabel(term: string): Selector {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return ({ metadata }) => values.has(metadata.labels?.[key] ?? '') === (operator === 'in');
  }
  const equal = /^([^!=\s]+)\s*(!=|==?)\s*(\S*)$/.exec(term);
  if (equal !== null) {
    const [, key = '', operator, value] = equal;
    return ({ metadata }) => (metadata.labels?.[key] === value) === (operator !== '!=');
  }
  if (/^![^!=\s]+$/.test(term)) return ({ metadata }) => metadata.labels?.[term.slice(1)] === undefined;
  if (/^[^!=\s]+$/.test(term)) return ({ metadata }) => metadata.labels?.[term] !== undefined;
  throw new Error(`unable to parse requirement: ${term}`);
}

function parseField(term: string): Selector {
  const [, field, operator, value] = /^metadata\.(name|namespace)(!=|==?)(.*)$/.exec(term) ?? [];
  if (field !== 'name' && field !== 'namespace') throw new Error(`field label not supported: ${term}`);
  return ({ metadata }) => (metadata[field] === value) === (operator !== '!=');
}
