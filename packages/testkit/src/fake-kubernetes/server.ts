import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parsePath, type FakeTarget } from './paths.ts';
import { answerRequest, type ResourceContext } from './resources.ts';
import { FakeFailure, toStatus, type FakeAnswer } from './status.ts';
import { serveWatch, type FakeWatch } from './watch.ts';

/** A request, as it reached the server. */
export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  /** JSON; undefined where there was none. */
  readonly body: unknown;
}

/** How a request is refused: with a status, by being told to come again in a second (429), or by never being answered. */
export type FakeRefusal = number | { readonly status: number; readonly message: string } | { readonly busyForSeconds: number } | 'silence';

/** How the server behaves at the moment; read at every request. */
export interface ServerState {
  /** Undefined: nobody has to prove anything. */
  readonly token: string | undefined;
  readonly missingGroups: ReadonlySet<string>;
  readonly tellGoneAs: 'event' | 'status';
  /** What stands at paths that lead to no resource, as JSON. */
  readonly documents: ReadonlyMap<string, object>;
  /** Logs of pods by name, those of the container before by `NAME/previous`. */
  readonly logs: ReadonlyMap<string, string>;
  refuse(request: FakeRequest): FakeRefusal | undefined;
}

/** What the server works on, and where it notes what it did. */
export interface ServerContext extends ResourceContext {
  readonly state: ServerState;
  readonly requests: FakeRequest[];
  readonly watches: Set<FakeWatch>;
}

/** The HTTP side of the fake: authentication, refusals, watches and everything else. It does not listen yet. */
export function createFakeServer(context: ServerContext): Server {
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    context.requests.push(request);
    const target = parsePath(request.path);
    try {
      const refusal = context.state.refuse(request);
      if (refusal === 'silence') return;
      if (isBusy(refusal)) response.setHeader('retry-after', String(refusal.busyForSeconds));
      check(context.state, incoming, isBusy(refusal) ? 429 : refusal);
      const document = context.state.documents.get(request.path);
      if (document !== undefined) sendDocument(incoming, response, document);
      else if (target === undefined || context.state.missingGroups.has(target.group))
        send(response, { status: 404, body: '404 page not found\n' });
      else if (target.subresource === 'log') send(response, toLog(context.state, target, request));
      else if (isWatch(request)) watch(context, request, target, response);
      else send(response, answerRequest(context, { ...request, target }));
    } catch (error) {
      const failure = error instanceof FakeFailure ? error : new FakeFailure(400, 'BadRequest', String(error));
      send(response, { status: failure.status, body: toStatus(failure.status, failure.message, failure.reason, target) });
    }
  };
  return createServer((incoming, response) => {
    // A caller that went away in the middle of its request gets no answer.
    serve(incoming, response).catch(() => response.destroy());
  });
}

/** A whole log, which ends even for whoever follows. */
function toLog({ logs }: ServerState, { name = '' }: FakeTarget, { query }: FakeRequest): FakeAnswer {
  const text = logs.get(query.get('previous') === 'true' ? `${name}/previous` : name);
  if (text === undefined) throw new FakeFailure(400, 'BadRequest', `there is no such container in pod "${name}"`);
  return { status: 200, body: text };
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    contentType: incoming.headers['content-type'] ?? '',
    userAgent: incoming.headers['user-agent'] ?? '',
    body: text === '' ? undefined : JSON.parse(text),
  };
}

type Busy = Extract<FakeRefusal, { readonly busyForSeconds: number }>;

function isBusy(refusal: FakeRefusal | undefined): refusal is Busy {
  return typeof refusal === 'object' && 'busyForSeconds' in refusal;
}

function check(state: ServerState, { headers }: IncomingMessage, refusal: Exclude<FakeRefusal, Busy | 'silence'> | undefined): void {
  if (refusal !== undefined) {
    const { status, message } = typeof refusal === 'number' ? { status: refusal, message: `refused with ${refusal}` } : refusal;
    const { reason } = toStatus(status, message) as { reason: string };
    throw new FakeFailure(status, reason, message);
  }
  if (state.token !== undefined && headers.authorization !== `Bearer ${state.token}`)
    throw new FakeFailure(401, 'Unauthorized', 'Unauthorized');
}

function isWatch({ method, query }: FakeRequest): boolean {
  return method === 'GET' && (query.get('watch') === 'true' || query.get('watch') === '1');
}

function watch({ store, state, watches }: ServerContext, { query }: FakeRequest, target: FakeTarget, response: ServerResponse): void {
  const opened = serveWatch(store, { target, query, tellGoneAs: state.tellGoneAs }, response);
  watches.add(opened);
  response.once('close', () => watches.delete(opened));
}

/** A key set has a type of its own, and goes to nobody who does not take it. */
function sendDocument({ url, headers: { accept = '' } }: IncomingMessage, response: ServerResponse, body: object): void {
  const isTaken = url !== '/openid/v1/jwks' || accept.includes('application/jwk-set+json');
  send(response, isTaken ? { status: 200, body } : { status: 406, body: 'not acceptable' });
}

function send(response: ServerResponse, { status, body }: FakeAnswer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}
