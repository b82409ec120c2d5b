import type { Habits } from './habits.ts';

/** What a reader does not take for HTTP. */
export class ReadError extends Error {
  static {
    this.prototype.name = 'ReadError';
  }
}

/** The text ends before the thing does. A value, as it is the ordinary end of what came so far. */
export const partial: unique symbol = Symbol('partial');

/** A line without its end, and where the next one begins. */
export interface Line {
  readonly text: string;
  readonly next: number;
}

/** The line that begins at `at`; what ends it is a habit. */
export function readLine(text: string, at: number, habits: Habits): Line | typeof partial {
  if (habits.lineEnd === 'CR LF') {
    const end = text.indexOf('\r\n', at);
    return end < 0 ? partial : { text: text.slice(at, end), next: end + 2 };
  }
  const end = endOfLine(text, at, habits.lineEnd);
  if (end < 0 || (text[end] === '\r' && end + 1 === text.length)) return partial;
  if (text[end] === '\r') return { text: text.slice(at, end), next: end + (text[end + 1] === '\n' ? 2 : 1) };
  return { text: text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end), next: end + 1 };
}

function endOfLine(text: string, at: number, lineEnd: 'LF' | 'CR'): number {
  if (lineEnd === 'LF') return text.indexOf('\n', at);
  const end = text.slice(at).search(/[\r\n]/);
  return end < 0 ? -1 : at + end;
}

/** What Python and others take for white space: more than SP and HTAB. A line feed ends the line and is not among them. */
const wide = String.raw`[\t\v\f\r\x1c-\x20\x85\xa0]+`;
const wideEnds = new RegExp(`^${wide}|${wide}$`, 'g');

/** Takes off what the reader calls white space, at both ends. */
export function trim(text: string, { space }: Pick<Habits, 'space'>): string {
  return text.replace(space === 'wide' ? wideEnds : /^[ \t]+|[ \t]+$/g, '');
}

/** A number in `base`; throws where the reader sees none. */
export function readNumber(text: string, base: 10 | 16, { numbers }: Pick<Habits, 'numbers'>): number {
  const digits = base === 16 ? '[0-9A-Fa-f]+' : '[0-9]+';
  if (numbers === 'prefix') {
    const found = new RegExp(`^[ \\t]*[+-]?${base === 16 ? '(?:0[xX])?' : ''}${digits}`).exec(text)?.[0];
    if (found === undefined) throw new ReadError(`there is no number in ${JSON.stringify(text)}`);
    return Math.abs(Number.parseInt(found, base));
  }
  if (!new RegExp(`^${digits}$`).test(text)) throw new ReadError(`this is no number: ${JSON.stringify(text)}`);
  const value = BigInt(base === 16 ? `0x${text}` : text);
  if (numbers === '32 bits' && value < 2n ** 53n) return Number(value);
  if (numbers === '32 bits') return Number(BigInt.asUintN(32, value));
  if (value >= 2n ** 53n) throw new ReadError(`this number is too large: ${text}`);
  return Number(value);
}
