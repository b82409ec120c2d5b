import { InterceptError, type Condition, type TextMatch } from '@switchyard/contract';

/** The kinds of conditions about a text with a name. */
export type NamedKind = 'header' | 'query' | 'cookie';

type NamedCondition = Extract<Condition, { t: NamedKind }>;
type PathCondition = Extract<Condition, { t: 'path' }>;

/**
 * A condition as one word of a command line or a file: `NAME=VALUE` that very value, `NAME^=PREFIX`, `NAME~=REGEX`, and `NAME` alone asks
 * only whether it is there. Throws `bad_usage`.
 */
export function parseNamed(kind: NamedKind, word: string): NamedCondition {
  const [, name = '', operator, value = ''] = /^([^=]*?)(?:([~^]?=)(.*))?$/s.exec(word) ?? [];
  if (name === '' || (kind !== 'query' && /[\s:]/.test(name))) throw toMistake(kind, word);
  return { t: kind, name: kind === 'header' ? name.toLowerCase() : name, text: toText(operator, value) };
}

function toText(operator: string | undefined, value: string): TextMatch {
  switch (operator) {
    case undefined:
      return { t: 'present' };
    case '^=':
      return { t: 'prefix', value };
    case '~=':
      return { t: 'regex', value };
    default:
      return { t: 'exact', value };
  }
}

/** Who writes `name: value` means the form of curl. */
function toMistake(kind: NamedKind, word: string): InterceptError {
  const [, name, value] = /^\s*([^\s:=]+)\s*:\s*(.*)$/s.exec(word) ?? [];
  const hint = name === undefined ? 'NAME=VALUE, NAME^=PREFIX, NAME~=REGEX, or NAME' : `${name}=${value}`;
  return new InterceptError('bad_usage', `"${word}" is no condition about a ${kind}.`, { hint: `Write it as ${hint}.` });
}

/** `/orders` and all below it, `=/orders` that very path, `~REGEX` the whole path. Throws `bad_usage`. */
export function parsePath(word: string): PathCondition {
  if (word.startsWith('/')) return { t: 'path', text: { t: 'prefix', value: word } };
  if (word.startsWith('=/')) return { t: 'path', text: { t: 'exact', value: word.slice(1) } };
  if (word.startsWith('~')) return { t: 'path', text: { t: 'regex', value: word.slice(1) } };
  throw new InterceptError('bad_usage', `"${word}" is no condition about a path.`, {
    hint: `Write it as /${word.replace(/^=/, '')} (and all below), =/${word.replace(/^=/, '')} (that very path), or ~REGEX.`,
  });
}

/** A method, in capitals as requests have it. */
export function parseMethod(word: string): Extract<Condition, { t: 'method' }> {
  return { t: 'method', method: word.toUpperCase() };
}

/** A share of the requests: `10`, `0.5`, `10%`. Throws `bad_usage`. */
export function parsePercent(word: string): Extract<Condition, { t: 'percent' }> {
  const percent = /^\d{1,3}(?:\.\d{1,4})?%?$/.test(word) ? Number.parseFloat(word) : Number.NaN;
  if (percent >= 0.01 && percent <= 100) return { t: 'percent', percent };
  throw new InterceptError('bad_usage', `"${word}" is no share of the requests.`, { hint: 'Write a number from 0.01 to 100.' });
}

/** A condition as the word that `parse…` reads. */
export function formatCondition(condition: Condition): string {
  switch (condition.t) {
    case 'header':
    case 'query':
    case 'cookie':
      return condition.name + formatText(condition.text);
    case 'path':
      return formatPath(condition.text);
    case 'method':
      return condition.method;
    case 'percent':
      return String(condition.percent);
  }
}

const operators = { exact: '=', prefix: '^=', regex: '~=' } as const;

function formatText(text: TextMatch): string {
  return text.t === 'present' ? '' : operators[text.t] + text.value;
}

function formatPath(text: TextMatch): string {
  if (text.t === 'present') return '/';
  return (text.t === 'prefix' ? '' : text.t === 'exact' ? '=' : '~') + text.value;
}
