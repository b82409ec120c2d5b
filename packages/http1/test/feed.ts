import type { Progress, Refusal } from '../src/refusal.ts';

/** What the parsers of heads have in common. */
interface HeadParser {
  readonly refusal: Refusal | undefined;
  begin(): void;
  parse(bytes: Buffer, base: number, end: number): Progress;
}

/** What stands around the part that a parser may see: it would make a difference if it were read. */
const around = '!';

/**
 * Gives `bytes` to a parser of heads in pieces that end at `ends`. Before each piece the message moves: other memory,
 * another base, and nothing of what is still to come.
 */
export function feedHead(parser: HeadParser, bytes: Buffer, ends: readonly number[]): Progress {
  parser.begin();
  let progress: Progress = 'more';
  for (const [index, end] of [...ends, bytes.length].entries()) {
    const base = (index * 5) % 7;
    const memory = Buffer.alloc(base + bytes.length + 8, around);
    bytes.copy(memory, base, 0, end);
    progress = parser.parse(memory, base, base + end);
    if (progress !== 'more') break;
  }
  return progress;
}

/** Increasing places of a text of `length` bytes, one for each fraction of it. */
export function toEnds(cuts: readonly number[], length: number): number[] {
  return cuts.map((cut) => Math.floor(cut * length)).toSorted((a, b) => a - b);
}

/** Every place at which a text of `length` bytes can be cut: it comes byte by byte. */
export function everyEnd(length: number): number[] {
  return Array.from({ length }, (_, end) => end);
}
