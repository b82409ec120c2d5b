import { createRequire } from 'node:module';

/** The parser inside of `node:http`, as far as it is used here. Internal to Node.js, but reachable by name. */
interface NodeParser {
  initialize(type: number, resource: object, maxHeaderBytes: number, lenient: number): void;
  /** How many bytes were used, or an error with `code` and `bytesParsed`. */
  execute(bytes: Buffer): number | (Error & { readonly code: string; readonly bytesParsed: number });
  finish(): unknown;
  [callback: number]: (...values: never[]) => unknown;
}

interface NodeParserClass {
  new (): NodeParser;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser, methods: nodeMethods } = createRequire(import.meta.url)('node:_http_common') as {
  readonly HTTPParser: NodeParserClass;
  readonly methods: readonly string[];
};

/** The methods that Node.js knows; it refuses every other one. */
export const knownMethods: ReadonlySet<string> = new Set(nodeMethods);

/** A message as Node.js sees it. Text is latin1. */
export interface NodeMessage {
  /** Method and target of a request, status of a response. */
  readonly startLine: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  body: string;
  whole: boolean;
}

/** What Node.js makes of a stream. */
export interface NodeReading {
  readonly messages: readonly NodeMessage[];
  /** Why it reads no further (`HPE_...`); undefined where it took everything. */
  readonly error: string | undefined;
}

const maxHeaderBytes = 1024 * 1024;

/** Reads a stream of requests as `node:http` does with `insecureHTTPParser: false`. */
export function readRequestsWithNode(stream: Buffer): NodeReading {
  return read(stream, HTTPParser.REQUEST, () => 0);
}

/** The same for the responses to requests of `methods`. */
export function readResponsesWithNode(stream: Buffer, methods: readonly string[], ended: boolean): NodeReading {
  let answered = 0;
  // What the client of node:http tells its parser: 1 is "no body", 2 is "another protocol".
  const onHead = (status: number): number => {
    if (status === 101) return 2;
    if (status < 200) return 1;
    return methods[answered++] === 'HEAD' ? 1 : 0;
  };
  return read(stream, HTTPParser.RESPONSE, onHead, ended);
}

function read(stream: Buffer, type: number, onHead: (status: number) => number, ended = false): NodeReading {
  const messages: NodeMessage[] = [];
  const parser = new HTTPParser();
  let early: string[] = [];
  let earlyUrl = '';
  let current: NodeMessage | undefined;
  parser.initialize(type, {}, maxHeaderBytes, 0);
  parser[HTTPParser.kOnHeaders] = (flat: string[], url: string) => {
    early.push(...flat);
    earlyUrl = url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    flat: string[] | undefined,
    method: number,
    url: string | undefined,
    status: number,
  ) => {
    const fields = [...early, ...(flat ?? [])];
    early = [];
    const startLine = type === HTTPParser.REQUEST ? `${nodeMethods[method]} ${url ?? earlyUrl}` : String(status);
    current = { startLine, fields: toPairs(fields), body: '', whole: false };
    messages.push(current);
    return onHead(status);
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    if (current !== undefined) current.body += bytes.toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    early = [];
    if (current !== undefined) current.whole = true;
  };
  return { messages, error: feed(parser, stream) ?? (ended ? finish(parser) : undefined) };
}

/** It pauses behind an offer to upgrade; a server that does not take it up goes on. */
function feed(parser: NodeParser, stream: Buffer): string | undefined {
  for (let at = 0; at < stream.length;) {
    const used = parser.execute(stream.subarray(at));
    if (typeof used !== 'number') return used.code;
    if (used === 0) return 'nothing used';
    at += used;
  }
  return undefined;
}

function finish(parser: NodeParser): string | undefined {
  const result = parser.finish();
  return result instanceof Error ? 'HPE_INVALID_EOF_STATE' : undefined;
}

function toPairs(flat: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.push([(flat[index] ?? '').toLowerCase(), flat[index + 1] ?? '']);
  return pairs;
}
