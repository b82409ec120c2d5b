import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { toPort } from './echo-server.ts';
import { StrictError, valuesOf } from './strict-message.ts';
import { parseStrictRequest, parseStrictRequestHead, type StrictRequest, type StrictRequestHead } from './strict-request.ts';

/** A request as it reached the origin. */
export interface OriginRequest extends StrictRequest {
  /** Which of the origin's connections brought it, counted from 0. */
  readonly connection: number;
  /** The only value of a field; undefined where there is none; throws where there are several. */
  header(name: string): string | undefined;
}

/** Bytes that are no request, judged by the strict parser. */
export interface OriginViolation {
  readonly connection: number;
  readonly reason: string;
  readonly bytes: Buffer;
}

/** One accepted connection, as an answer script sees it. */
export interface OriginConnection {
  /** Counted from 0. */
  readonly index: number;
  readonly socket: Socket;
  /** Writes bytes as they are (a string is latin1). */
  send(bytes: Buffer | string): void;
  /** From now on `onData` gets what comes, beginning with what came already; no more requests are read (after a 101). */
  splice(onData: (bytes: Buffer) => void): void;
}

/** How the origin behaves. */
export interface StrictOriginOptions {
  /** Sent as `x-origin` by the default answer. Default `origin`. */
  readonly name?: string;
  /** Answers a whole request; requests of a connection are answered one after the other. Default: `answerPlainly`. */
  readonly answer?: (request: OriginRequest, connection: OriginConnection) => void | Promise<void>;
  /** Called when a head is whole, before its body. Default: `100 Continue` where the request expects it. */
  readonly onHead?: (head: StrictRequestHead, connection: OriginConnection) => void;
  /** Called on accepting; for servers that speak first. */
  readonly onConnection?: (connection: OriginConnection) => void;
}

/** An HTTP/1.1 origin that believes nothing: what its strict parser refuses is recorded and never answered. */
export interface StrictOrigin extends AsyncDisposable {
  readonly port: number;
  readonly name: string;
  /** Whole requests in order of arrival. */
  readonly requests: readonly OriginRequest[];
  readonly violations: readonly OriginViolation[];
  /** Bytes of a connection that ended before they became a request: what an aborted request leaves. */
  readonly leftovers: readonly Buffer[];
  /** Every connection ever accepted. */
  readonly accepted: readonly OriginConnection[];
  /** Connections that are open now. */
  readonly open: number;
  /** Forgets requests, violations and leftovers. */
  clear(): void;
  /** Destroys every open connection. */
  destroyConnections(): void;
}

/** `200 OK` with `x-origin: NAME` and a body `NAME METHOD TARGET`; a request body comes back instead of that text. */
export function answerPlainly(name: string, request: StrictRequest, connection: OriginConnection): void {
  const text = `${name} ${request.method} ${request.target}\n`;
  const body = request.body.length > 0 ? request.body : Buffer.from(text, 'latin1');
  const close = wantsClose(request);
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nx-origin: ${name}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`;
  connection.send(Buffer.concat([Buffer.from(head, 'latin1'), request.method === 'HEAD' ? Buffer.alloc(0) : body]));
  if (close) connection.socket.end();
}

function wantsClose(request: StrictRequest): boolean {
  const options = valuesOf(request.fields, 'connection').flatMap((value) => value.toLowerCase().split(/[ \t]*,[ \t]*/));
  return request.version === '1.0' ? !options.includes('keep-alive') : options.includes('close');
}

interface Records {
  readonly requests: OriginRequest[];
  readonly violations: OriginViolation[];
  readonly leftovers: Buffer[];
}

/** Opens an origin on a free port of 127.0.0.1. The caller disposes it, which also destroys its connections. */
export async function openStrictOrigin(options: StrictOriginOptions = {}): Promise<StrictOrigin> {
  const name = options.name ?? 'origin';
  const records: Records = { requests: [], violations: [], leftovers: [] };
  const accepted: OriginConnection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    accepted.push(serveConnection(socket, accepted.length, records, { ...options, name }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const destroyConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    port: toPort(server.address()),
    name,
    ...records,
    accepted,
    get open() {
      return sockets.size;
    },
    clear() {
      for (const list of Object.values(records)) list.length = 0;
    },
    destroyConnections,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      destroyConnections();
      await closed;
    },
  };
}

type ServeOptions = StrictOriginOptions & { readonly name: string };

/** Reads requests off one connection and answers them in order. */
function serveConnection(socket: Socket, index: number, records: Records, options: ServeOptions): OriginConnection {
  let unread = Buffer.alloc(0);
  let headSeen = false;
  let refused = false;
  let upgrading = false;
  let onSplice: ((bytes: Buffer) => void) | undefined;
  let answers = Promise.resolve();
  const answer = options.answer ?? ((request, connection) => answerPlainly(options.name, request, connection));
  const onHead = options.onHead ?? continueIfExpected;

  const connection: OriginConnection = {
    index,
    socket,
    send: (bytes) => void (socket.writable && socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)),
    splice(onData) {
      onSplice = onData;
      if (unread.length > 0) onData(unread);
      unread = Buffer.alloc(0);
    },
  };

  const takeRequest = (): OriginRequest | undefined => {
    if (!headSeen) {
      const head = parseStrictRequestHead(unread);
      if (head === undefined) return undefined;
      headSeen = true;
      onHead(head, connection);
    }
    const request = parseStrictRequest(unread);
    if (request === undefined) return undefined;
    unread = unread.subarray(request.raw.length);
    headSeen = false;
    return { ...request, connection: index, header: (name) => onlyValue(request, name) };
  };

  const answerNext = async (request: OriginRequest, before: Promise<void>): Promise<void> => {
    await before;
    try {
      await answer(request, connection);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const readRequests = (): void => {
    for (let request = takeRequest(); request !== undefined; request = takeRequest()) {
      records.requests.push(request);
      answers = answerNext(request, answers);
      // What follows an upgrade belongs to whom its answer splices to; else it is the next request.
      if (valuesOf(request.fields, 'upgrade').length > 0) {
        upgrading = true;
        answers = answers.then(() => {
          upgrading = false;
          if (onSplice === undefined) readStrictly();
        });
        return;
      }
    }
  };

  const readStrictly = (): void => {
    try {
      readRequests();
    } catch (error) {
      refuse(error);
    }
  };

  const refuse = (error: unknown): void => {
    refused = true;
    const reason = error instanceof StrictError ? error.message : String(error);
    records.violations.push({ connection: index, reason, bytes: unread });
    socket.destroy();
  };

  socket.on('data', (bytes) => {
    if (onSplice !== undefined) return onSplice(bytes);
    if (refused) return;
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    if (!upgrading) readStrictly();
  });
  // A client may end its half and still want its answers.
  socket.on('end', () => void answers.then(() => socket.end()));
  socket.on('close', () => {
    if (!refused && unread.length > 0) records.leftovers.push(unread);
  });
  options.onConnection?.(connection);
  return connection;
}

function continueIfExpected(head: StrictRequestHead, connection: OriginConnection): void {
  if (valuesOf(head.fields, 'expect').length > 0) connection.send('HTTP/1.1 100 Continue\r\n\r\n');
}

function onlyValue(request: StrictRequest, name: string): string | undefined {
  const values = valuesOf(request.fields, name);
  if (values.length > 1) throw new Error(`the request has ${values.length} ${name} fields`);
  return values[0];
}
