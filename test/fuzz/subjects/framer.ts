import { BodyScanner, createTrailerNames, FieldNames, RequestHeadParser, ResponseHeadParser, type Progress } from '@switchyard/http1';
import { piecesOf, type FuzzCase } from '../case.ts';
import { routingNames } from '../routing.ts';
import type { Forwarded, Taken } from '../subject.ts';

const names = new FieldNames(routingNames);
const trailerNames = createTrailerNames(routingNames);

/** What is done with one message: its head, then its body. */
interface Framer {
  begin(): void;
  parse(bytes: Buffer, base: number, end: number): Progress;
  /** Where the message begins and its head ends, relative to the base. */
  readonly start: number;
  readonly position: number;
  readonly bodyBytes: number;
  readonly startLine: string;
  readonly routing: readonly string[];
  /** Nothing may follow this message. */
  readonly isLast: boolean;
}

/**
 * The parsers of `http1`, fed piece by piece as the relay feeds them: what a piece holds goes on only when all of it that belongs to one
 * message is good.
 */
export function frame(input: FuzzCase): readonly Forwarded[] {
  const bytes = Buffer.concat(piecesOf(input));
  const edges = [...input.cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length];
  const framer = input.kind === 'request' ? createRequestFramer(bytes) : createResponseFramer(input.methods);
  const body = new BodyScanner(trailerNames);
  const sent: Buffer[] = [];
  const taken: Taken[] = [];
  let length = 0;
  const send = (from: number, to: number): void => {
    sent.push(bytes.subarray(from, to));
    length += to - from;
  };
  for (let at = 0; at < bytes.length;) {
    framer.begin();
    if (!feedHead(framer, bytes, at, edges)) break;
    send(at + framer.start, at + framer.position);
    at += framer.position;
    body.begin(framer.bodyBytes);
    const end = feedBody(body, bytes, at, edges);
    send(at, end);
    at = end;
    const whole = body.done || (body.endsWithConnection && at === bytes.length);
    taken.push({ startLine: framer.startLine, end: length, whole, routing: framer.routing });
    if (!whole || framer.isLast) break;
  }
  if (taken.length === 0) return [];
  return [{ side: 'framed', stream: Buffer.concat(sent), taken, methods: input.methods, ended: body.endsWithConnection }];
}

function feedHead(framer: Framer, bytes: Buffer, at: number, edges: readonly number[]): boolean {
  for (const edge of edges) {
    if (edge <= at) continue;
    const progress = framer.parse(bytes, at, edge);
    if (progress !== 'more') return progress === 'done';
  }
  return false;
}

/** Behind what goes on of a body: all of it, or the pieces before the one that is bad. */
function feedBody(body: BodyScanner, bytes: Buffer, from: number, edges: readonly number[]): number {
  let at = from;
  if (body.done) return at;
  for (const edge of edges) {
    if (edge <= at) continue;
    const progress = body.scan(bytes, at, edge);
    if (progress === 'refused') return at;
    at = body.position;
    if (progress === 'done') return at;
  }
  return at;
}

function createRequestFramer(bytes: Buffer): Framer {
  const parser = new RequestHeadParser(names);
  let base = 0;
  return {
    begin: () => parser.begin(),
    parse(piece, at, end) {
      base = at;
      return parser.parse(piece, at, end);
    },
    get start() {
      return parser.start;
    },
    get position() {
      return parser.position;
    },
    get bodyBytes() {
      return parser.bodyBytes;
    },
    get startLine() {
      return `${parser.method} ${bytes.toString('latin1', base + parser.targetStart, base + parser.targetEnd)}`;
    },
    get routing() {
      return parser.framing.fields.map(({ name, value }) => `${name}: ${value}`);
    },
    get isLast() {
      return !parser.framing.persists(parser.minor);
    },
  };
}

function createResponseFramer(methods: readonly string[]): Framer {
  const parser = new ResponseHeadParser();
  let answered = 0;
  return {
    begin: () => parser.begin(),
    parse(bytes, at, end) {
      if (methods[answered] === undefined) return 'refused';
      const progress = parser.parse(bytes, at, end);
      // The relay refuses a 101 that nobody asked for, and here nobody asks.
      return progress === 'done' && parser.status === 101 ? 'refused' : progress;
    },
    start: 0,
    get position() {
      return parser.position;
    },
    get bodyBytes() {
      const method = methods[answered] ?? '';
      if (parser.status >= 200) answered++;
      return parser.bodyBytes(method);
    },
    get startLine() {
      return `${parser.status}`;
    },
    routing: [],
    get isLast() {
      return parser.status >= 200 && !parser.framing.persists(parser.minor);
    },
  };
}
