import { partial, readLine, ReadError, readNumber, trim, type Line } from './cursor.ts';
import type { Habits } from './habits.ts';
import { readFields, valuesOf, type ReadField } from './read-fields.ts';

/** How a body is delimited: a number of bytes, in chunks, or by nothing that the fields say. */
export type ReadFraming = number | 'chunked' | 'unsaid';

/** A body, as far as it came. */
export interface ReadBody {
  /** Decoded. */
  readonly body: string;
  readonly trailers: readonly ReadField[];
  /** Behind its last byte, or behind all that came. */
  readonly end: number;
  readonly whole: boolean;
}

/** What the fields of one message say about its body (RFC 9112 section 6.3). Throws `ReadError`. */
export function readFraming(fields: readonly ReadField[], version: string, habits: Habits): ReadFraming {
  const isChunked = readCoding(valuesOf(fields, 'transfer-encoding'), version, habits);
  const lengths = valuesOf(fields, 'content-length');
  if (isChunked && lengths.length > 0 && habits.both === 'refused') throw new ReadError('it has a length and a coding');
  if (isChunked && (lengths.length === 0 || habits.both === 'coding')) return 'chunked';
  if (lengths.length > 1 && habits.lengths === 'one only') throw new ReadError('it has several lengths');
  const length = lengths.at(habits.lengths === 'last' ? -1 : 0);
  return length === undefined ? 'unsaid' : readNumber(length, 10, habits);
}

function readCoding(codings: readonly string[], version: string, { coding, oldChunks }: Habits): boolean {
  if (codings.length === 0) return false;
  const all = codings.join(',').toLowerCase();
  if (coding === 'exactly chunked' && all !== 'chunked') throw new ReadError(`the coding is unknown: ${JSON.stringify(all)}`);
  if (version === '1.0' && oldChunks === 'refused') throw new ReadError('HTTP/1.0 has a coding');
  if (version === '1.0' && oldChunks === 'unknown') return false;
  return coding === 'mentions chunked' ? all.includes('chunked') : all.split(',').at(-1)?.trim() === 'chunked';
}

/** Exactly `length` bytes. */
export function takeBytes(text: string, at: number, length: number): ReadBody {
  const end = Math.min(at + length, text.length);
  return { body: text.slice(at, end), trailers: [], end, whole: end === at + length };
}

/** A chunked body (RFC 9112 section 7.1). Throws `ReadError`. */
export function readChunks(text: string, start: number, habits: Habits): ReadBody {
  let body = '';
  const broken = (): ReadBody => ({ body, trailers: [], end: text.length, whole: false });
  for (let at = start; ;) {
    const line = readChunkLine(text, at, habits);
    if (line === partial) return broken();
    const size = readSize(line.text, habits);
    at = line.next;
    if (size === 0) {
      const section = readFields(text, at, habits);
      return section === partial ? broken() : { body, trailers: section.fields, end: section.end, whole: true };
    }
    body += text.slice(at, at + size);
    at = skipChunkEnd(text, at + size, habits);
    if (at > text.length) return broken();
  }
}

function skipChunkEnd(text: string, at: number, habits: Habits): number {
  const end = text.slice(at, at + 2);
  const isEnd = end === '\r\n' || (end.length < 2 && '\r\n'.startsWith(end));
  if (isEnd || habits.chunkEnd === 'two bytes') return at + 2;
  if (habits.chunkEnd === 'optional') return at;
  if (habits.lineEnd !== 'CR LF' && end.startsWith('\n')) return at + 1;
  throw new ReadError(`a chunk is followed by ${JSON.stringify(end)}`);
}

/** A size and what stands behind it. Some readers end the line only where no quoted string is open. */
function readChunkLine(text: string, at: number, habits: Habits): Line | typeof partial {
  if (habits.extension !== 'quotes span lines') return readLine(text, at, habits);
  const found = /^(?:"(?:\\[^]|[^"\\])*"|(?!\r\n)[^"])*\r\n/.exec(text.slice(at))?.[0];
  return found === undefined ? partial : { text: found.slice(0, -2), next: at + found.length };
}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const quoted = '"(?:\\\\[\\t\\x20-\\x7e\\x80-\\xff]|[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff])*"';
/** RFC 9112 section 7.1.1, without the "bad white space" that no sender may generate. */
const extensions = new RegExp(`^(?:;${token}(?:=(?:${token}|${quoted}))?)*$`);

function readSize(line: string, habits: Habits): number {
  const [size = ''] = line.split(';', 1);
  if (habits.extension === 'grammar' && !extensions.test(line.slice(size.length))) throw new ReadError('an extension is malformed');
  return readNumber(habits.extension === 'anything' ? trim(size, habits) : size, 16, habits);
}
