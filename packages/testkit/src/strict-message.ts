/**
 * What requests and responses share (RFC 9110, RFC 9112), read from whole buffers by the plainest means: text, split and
 * regular expressions. It is an oracle for tests, so it shares no code with the parser that it judges and prefers to refuse.
 */

/** A message that has no single meaning, and why. */
export class StrictError extends Error {
  static {
    this.prototype.name = 'StrictError';
  }
}

/** A header or trailer line: the name as sent, the value (latin1) without the white space around it. */
export type StrictField = readonly [name: string, value: string];

/** The start line and the fields of a head, and how many bytes it takes with its empty line. */
export interface StrictHead {
  readonly startLine: string;
  readonly fields: readonly StrictField[];
  readonly headBytes: number;
}

/** A decoded body, and how many bytes it takes on the wire. */
export interface StrictBody {
  readonly body: Buffer;
  readonly trailers: readonly StrictField[];
  readonly bodyBytes: number;
}

/** RFC 9110 section 5.6.2. */
export const token: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// VCHAR, obs-text, and inside of the value SP and HTAB (RFC 9110 section 5.5).
const fieldValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/** The head at the start of `bytes`; undefined while its empty line has not come. Throws `StrictError`. */
export function parseHead(bytes: Buffer): StrictHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const text = bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  // A bare LF is an error also before the head is whole: a lenient reader would already have seen its end there.
  if (/(?<!\r)\n/.test(text)) throw new StrictError('a line ends in LF without CR');
  if (end < 0) return undefined;
  const [startLine = '', ...lines] = text.split('\r\n');
  return { startLine, fields: lines.map(parseFieldLine), headBytes: end + 4 };
}

/** One field line without its line end. */
function parseFieldLine(line: string): StrictField {
  if (/^[ \t]/.test(line)) throw new StrictError('a line starts with white space (obs-fold)');
  const colon = line.indexOf(':');
  if (colon < 0) throw new StrictError(`a field line has no colon: ${JSON.stringify(line)}`);
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
  if (!token.test(name)) throw new StrictError(`a field name is not a token: ${JSON.stringify(name)}`);
  // Some readers take white space around it for a part of the value, and do not know the coding then.
  if (/^transfer-encoding$/i.test(name) && !/: *[^ \t]*$/.test(line)) throw new StrictError('white space around a Transfer-Encoding');
  if (!fieldValue.test(value)) throw new StrictError(`a field value has a control character: ${JSON.stringify(value)}`);
  return [name, value];
}

/** The values of every field called `name`, in order. */
export function valuesOf(fields: readonly StrictField[], name: string): string[] {
  return fields.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** How the fields frame a body (RFC 9112 section 6.3), without what method and status say. */
export type Framing = { readonly t: 'none' } | { readonly t: 'length'; readonly length: number } | { readonly t: 'chunked' };

/** Reads Content-Length and Transfer-Encoding, refusing every doubt. */
export function parseFraming(fields: readonly StrictField[], version: string): Framing {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) throw new StrictError('several Content-Length and Transfer-Encoding fields');
  const [length] = lengths;
  const [coding] = codings;
  if (coding !== undefined) {
    if (version !== '1.1') throw new StrictError('Transfer-Encoding in HTTP/1.0');
    if (!/^chunked$/i.test(coding)) throw new StrictError(`Transfer-Encoding is not chunked alone: ${JSON.stringify(coding)}`);
    return { t: 'chunked' };
  }
  if (length === undefined) return { t: 'none' };
  if (!/^[0-9]+$/.test(length) || BigInt(length) > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new StrictError(`Content-Length is not a number: ${JSON.stringify(length)}`);
  }
  return { t: 'length', length: Number(length) };
}

const word = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const quoted = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
/** RFC 9112 section 7.1, without the "bad white space" in extensions. */
const chunkLine = new RegExp(`^([0-9A-Fa-f]{1,13})(?:;${word}(?:=(?:${word}|${quoted}))?)*$`);

/** The chunked body at the start of `bytes` (RFC 9112 section 7.1); undefined while it is not whole. */
export function parseChunked(bytes: Buffer): StrictBody | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const line = takeLine(bytes, at);
    if (line === undefined) return undefined;
    const match = chunkLine.exec(line.text);
    if (match?.[1] === undefined) throw new StrictError(`a chunk size is malformed: ${JSON.stringify(line.text)}`);
    const size = Number.parseInt(match[1], 16);
    at = line.next;
    if (size === 0) return parseTrailers(bytes, at, chunks);
    if (bytes.length < at + size + 2) {
      if (bytes.length > at + size && bytes[at + size] !== 13) throw new StrictError('chunk data is longer than its size');
      return undefined;
    }
    if (bytes.toString('latin1', at + size, at + size + 2) !== '\r\n') throw new StrictError('chunk data does not end in CRLF');
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

function parseTrailers(bytes: Buffer, start: number, chunks: Buffer[]): StrictBody | undefined {
  const trailers: StrictField[] = [];
  for (let at = start; ;) {
    const line = takeLine(bytes, at);
    if (line === undefined) return undefined;
    at = line.next;
    if (line.text === '') return { body: Buffer.concat(chunks), trailers, bodyBytes: at };
    trailers.push(parseFieldLine(line.text));
  }
}

function takeLine(bytes: Buffer, at: number): { text: string; next: number } | undefined {
  const end = bytes.indexOf('\n', at);
  if (end < 0) return undefined;
  if (end === at || bytes[end - 1] !== 13) throw new StrictError('a line ends in LF without CR');
  return { text: bytes.toString('latin1', at, end - 1), next: end + 1 };
}

/** Exactly `length` bytes from the start of `bytes`; undefined while they have not all come. */
export function takeLength(bytes: Buffer, length: number): StrictBody | undefined {
  if (bytes.length < length) return undefined;
  return { body: Buffer.from(bytes.subarray(0, length)), trailers: [], bodyBytes: length };
}
