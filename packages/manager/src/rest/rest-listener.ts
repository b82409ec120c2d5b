import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import { toPlainAddress } from '@switchyard/runtime';
import { parseEventId, toShownError, type Caller, type Http1Connection, type Http1Listener } from '@switchyard/tunnel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FullApi } from '../api/manager-api.ts';
import { answerError, answerJson } from './answer.ts';
import { refuseForeign } from './guard.ts';
import { matchRoute } from './match-route.ts';
import { hasBody, readBody, readCaller, readQuery } from './read-request.ts';
import type { Route } from './route.ts';
import { parseEventQuery, routes } from './routes.ts';
import { sendEvents } from './send-events.ts';

/** What the API over HTTP stands on. */
export interface RestDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly api: FullApi;
  /** Names that it answers to beside loopback and the address that was dialled. */
  readonly hosts: readonly string[];
}

/** Serves the API as JSON over HTTP/1.1. docs/api.md is its contract. */
export function createRestListener(deps: RestDeps): Http1Listener {
  return (request, response, connection) => {
    // A body that is not read would be taken for the next request.
    const close = hasBody(request) ? { connection: 'close' } : {};
    serve(deps, request, response, connection).catch((reason: unknown) => {
      if (response.headersSent) response.destroy();
      else answerError(response, toShownError(reason, deps.log), { headers: close });
    });
  };
}

async function serve(deps: RestDeps, request: IncomingMessage, response: ServerResponse, connection: Http1Connection): Promise<void> {
  const { headersDistinct, headers, socket, method = '', url = '' } = request;
  refuseForeign(
    { hosts: headersDistinct['host'] ?? [], origin: headers['origin']?.toString(), localAddress: toPlainAddress(socket.localAddress) },
    deps.hosts,
  );
  const [path, query] = splitOnce(url, '?');
  const match = matchRoute(routes, method, path);
  switch (match.t) {
    case 'no_path':
      return answerError(response, toNoPath(), { status: 404, headers: { connection: 'close' } });
    case 'wrong_method': {
      const allow = match.allow.join(', ');
      const error = new InterceptError('method_refused', `This path takes ${allow}.`);
      return answerError(response, error, { headers: { allow, connection: 'close' } });
    }
    case 'route': {
      const caller = readCaller(request, connection.remoteAddress);
      if (match.route.isStream === true && wantsEvents(request)) return stream(deps, caller, { query, request, response, connection });
      return answer(deps, match.route, { caller, params: match.params, query: readQuery(query) }, request, response);
    }
  }
}

type Asked = { readonly caller: Caller; readonly params: unknown; readonly query: unknown };

async function answer({ api }: RestDeps, route: Route, asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reading = hasBody(request) ? await readBody(request) : ({ t: 'body', value: undefined } as const);
  const headers = { connection: 'close' };
  if (reading.t === 'too_large') {
    const error = new InterceptError('limit_reached', 'The body is too large.', { hint: 'LIMITS.md says how large it may be.' });
    return answerError(response, error, { status: 413, headers });
  }
  if (reading.t === 'wrong_type') {
    const error = new InterceptError('bad_usage', 'The body is no plain JSON.', { hint: 'Send it with content-type: application/json.' });
    return answerError(response, error, { status: 415, headers });
  }
  const result = await route.ask(api, { ...asked, body: reading.value });
  answerJson(response, 200, result.t === 'text' ? result.text : JSON.stringify(result.data));
}

interface Exchange {
  readonly query: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Http1Connection;
}

/** The query is that of the list; a browser that connects again says in the header where it was. */
async function stream({ api, clock }: RestDeps, caller: Caller, { query, request, response, connection }: Exchange): Promise<void> {
  const { all, after } = parseEventQuery(readQuery(query));
  const last = request.headers['last-event-id']?.toString() ?? after;
  await sendEvents(api, caller, { all, after: last === undefined ? undefined : parseEventId(last) }, { clock, response, connection });
}

function wantsEvents({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && /(?:^|,)\s*text\/event-stream\s*(?:[,;]|$)/i.test(headers.accept ?? '');
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function toNoPath(): InterceptError {
  return new InterceptError('bad_usage', 'There is nothing at this path.', { hint: 'GET /api/v1/openapi.json says what there is.' });
}
