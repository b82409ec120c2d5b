import { partial, readLine, ReadError } from './cursor.ts';
import { plainHabits, type Habits } from './habits.ts';
import { readChunks, readFraming, takeBytes, type ReadBody, type ReadFraming } from './read-body.ts';
import { readFields, type ReadField } from './read-fields.ts';

/** One message as a reader sees it. Text is latin1: one character is one byte. */
export interface ReadMessage {
  /** Method, target and version of a request; version, status and reason of a response. */
  readonly startLine: readonly [string, string, string];
  readonly fields: readonly ReadField[];
  /** Decoded, as far as it came. */
  readonly body: string;
  readonly trailers: readonly ReadField[];
  /** Where it begins and ends in what was read. */
  readonly start: number;
  readonly end: number;
  /** Whether it came to its end. */
  readonly whole: boolean;
}

/** What a reader makes of a stream. */
export interface MessageReading {
  readonly messages: readonly ReadMessage[];
  /** What follows the messages: nothing; a head that is not whole; what the reader refuses, and why; another protocol. */
  readonly rest: 'nothing' | 'partial' | 'switched' | { readonly refused: string };
}

/**
 * Reads a stream of requests as a server with these habits would (default: `plainHabits`). An oracle, written from RFC 9112 over a whole
 * text; it shares no code with the parsers that it judges, nor with the strict parsers beside it.
 */
export function readRequests(stream: Buffer, habits: Habits = plainHabits): MessageReading {
  return readAll(stream, habits, (line) => {
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/(1\.[01])$/.exec(line);
    if (match === null) throw new ReadError(`this is no request line: ${JSON.stringify(line)}`);
    const [, method = '', target = '', version = ''] = match;
    return { startLine: [method, target, version], version, switches: false, delimit: (said) => (said === 'unsaid' ? 0 : said) };
  });
}

/** What a client knows of the stream of responses that it reads. */
export interface ResponseStream {
  /** The methods that were asked, in order. */
  readonly methods: readonly string[];
  /** The connection ended in order: it completes a body without a length. */
  readonly ended: boolean;
}

/** Reads a stream of responses as a client with these habits would (default: `plainHabits`). What nobody asked for is refused. */
export function readResponses(stream: Buffer, { methods, ended }: ResponseStream, habits: Habits = plainHabits): MessageReading {
  let answered = 0;
  return readAll(stream, habits, (line) => {
    const match = /^HTTP\/(1\.[01]) ([1-5][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(line);
    if (match === null) throw new ReadError(`this is no status line: ${JSON.stringify(line)}`);
    const [, version = '', status = '', reason = ''] = match;
    const method = methods[answered];
    if (method === undefined) throw new ReadError('nobody asked for this response');
    const isInterim = status.startsWith('1') && status !== '101';
    if (!isInterim) answered++;
    const isEmpty = method === 'HEAD' || ['101', '304'].includes(status);
    const hasNone = isInterim || status === '204';
    const untilEnd: Delimiter = ended ? 'until the end' : 'until an end that did not come';
    return {
      startLine: [version, status, reason],
      version,
      switches: status === '101',
      delimit(said) {
        const saysNone = said === 'unsaid' || said === 0;
        if (hasNone && !saysNone && habits.empty === 'refused') throw new ReadError('it says that it has a body, and has none');
        if (isEmpty || (hasNone && (saysNone || habits.empty === 'never'))) return 0;
        return said === 'unsaid' ? untilEnd : said;
      },
    };
  });
}

type Delimiter = number | 'chunked' | 'until the end' | 'until an end that did not come';

/** What a start line says. */
interface Start {
  readonly startLine: ReadMessage['startLine'];
  readonly version: string;
  /** Another protocol follows. */
  readonly switches: boolean;
  /** How its body is delimited, after what its fields say. */
  delimit(said: ReadFraming): Delimiter;
}

function readAll(stream: Buffer, habits: Habits, readStart: (line: string) => Start): MessageReading {
  const text = stream.toString('latin1');
  const messages: ReadMessage[] = [];
  try {
    for (let at = 0; at < text.length;) {
      const read = readOne(text, at, habits, readStart);
      if (read === partial) return { messages, rest: 'partial' };
      messages.push(read.message);
      if (read.switches) return { messages, rest: 'switched' };
      if (!read.message.whole) break;
      at = read.message.end;
    }
    return { messages, rest: 'nothing' };
  } catch (error) {
    if (error instanceof ReadError) return { messages, rest: { refused: error.message } };
    throw error;
  }
}

type ReadOne = { readonly message: ReadMessage; readonly switches: boolean };

function readOne(text: string, at: number, habits: Habits, readStart: (line: string) => Start): ReadOne | typeof partial {
  const line = readLine(text, at, habits);
  if (line === partial) return partial;
  const { startLine, version, switches, delimit } = readStart(line.text);
  const head = readFields(text, line.next, habits);
  if (head === partial) return partial;
  const body = readBody(text, head.end, delimit(readFraming(head.fields, version, habits)), habits);
  return { message: { startLine, fields: head.fields, ...body, start: at }, switches };
}

function readBody(text: string, at: number, delimiter: Delimiter, habits: Habits): ReadBody {
  if (delimiter === 'chunked') return readChunks(text, at, habits);
  if (typeof delimiter === 'number') return takeBytes(text, at, delimiter);
  return { ...takeBytes(text, at, text.length - at), whole: delimiter === 'until the end' };
}
