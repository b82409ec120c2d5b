import type { Condition, Match, RoutingKey, TextMatch } from '@switchyard/contract';

/** A command line that sends a request which the intercept takes, and what of it no command line can promise. */
export interface CurlLine {
  readonly line: string;
  /** Clauses for people: what has to be filled in or cannot be chosen. */
  readonly notes: readonly string[];
}

/** The `curl` of the first alternative of `match`, to `address` (`HOST:PORT`). */
export function toCurl(address: string, key: RoutingKey | undefined, match: Match): CurlLine {
  const [conditions = []] = match;
  const words = [
    ...conditions.flatMap((condition) => (condition.t === 'method' && condition.method !== 'GET' ? ['-X', quote(condition.method)] : [])),
    ...(key === undefined ? [] : ['-H', quote(`x-intercept-id: ${key}`)]),
    ...conditions.flatMap(toWords),
  ];
  const url = `http://${address.replace(/:80$/, '')}${toPath(conditions)}${toQuery(conditions)}`;
  return { line: ['curl', ...words, /[^\w:/.[\]-]/.test(url) ? quote(url) : url].join(' '), notes: conditions.flatMap(toNotes) };
}

function toWords(condition: Condition): readonly string[] {
  if (condition.t === 'cookie') return ['-b', quote(`${condition.name}=${toExample(condition.text)}`)];
  if (condition.t !== 'header') return [];
  const example = toExample(condition.text);
  // curl drops a header without a value, unless it ends in a semicolon.
  return ['-H', quote(example === '' ? `${condition.name};` : `${condition.name}: ${example}`)];
}

function toPath(conditions: readonly Condition[]): string {
  const paths = conditions.flatMap((condition) => (condition.t === 'path' ? [condition.text] : []));
  const text = paths.find(({ t }) => t === 'exact') ?? paths.toSorted((left, right) => toExample(right).length - toExample(left).length)[0];
  return text === undefined || text.t === 'regex' ? '/' : toExample(text);
}

function toQuery(conditions: readonly Condition[]): string {
  const members = conditions.flatMap((condition) =>
    condition.t === 'query' ? [`${encodeURIComponent(condition.name)}=${encodeURIComponent(toExample(condition.text))}`] : [],
  );
  return members.length === 0 ? '' : `?${members.join('&')}`;
}

/** A text that matches; of a regular expression the expression itself, which is to be replaced. */
function toExample(text: TextMatch): string {
  return text.t === 'present' ? '1' : text.value;
}

function toNotes(condition: Condition): readonly string[] {
  if (condition.t === 'percent') return [`${condition.percent} % of such requests are meant`];
  if (condition.t === 'method' || condition.text.t !== 'regex') return [];
  const what = condition.t === 'path' ? 'the path' : `the ${condition.t} ${condition.name}`;
  return [`${what} has to match ${condition.text.value}`];
}

/** One word of a shell, whatever it holds. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
