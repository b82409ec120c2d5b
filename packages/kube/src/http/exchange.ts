import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { InterceptError } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import type { KubeConnection } from '../credentials/connection.ts';
import manifest from '../../package.json' with { type: 'json' };
import { toUnreachable, type CallTitle } from './failure.ts';

/** One request. */
export interface HttpCall {
  readonly title: CallTitle;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  /** Default: JSON. */
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** How this program names itself to API servers. */
const userAgent = `switchyard/${manifest.version}`;

/** Sends a request; resolves with the head of its answer, whatever its status. `signal` also ends the answer's body. */
export async function exchange(connection: KubeConnection, call: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    return await send(connection, call, signal);
  } catch (error) {
    // A kept connection that the server closed meanwhile; reading anew does no harm, writing might do it twice.
    if (!(error instanceof StaleConnection) || call.method !== 'GET') throw toCallError(connection, call, signal, error);
  }
  try {
    return await send(connection, call, signal);
  } catch (error) {
    throw toCallError(connection, call, signal, error);
  }
}

class StaleConnection extends Error {}

async function send(connection: KubeConnection, call: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  const { server } = connection;
  const options = await connection.toConnectOptions(signal);
  const send = server.protocol === 'http:' ? requestHttp : requestHttps;
  const headers = {
    ...options.headers,
    accept: call.accept ?? 'application/json',
    'user-agent': userAgent,
    ...(call.body === undefined
      ? {}
      : { 'content-type': call.contentType ?? 'application/json', 'content-length': Buffer.byteLength(call.body) }),
  };
  return new Promise((resolve, reject) => {
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${call.path}`, server);
    const request = send(url, { ...options, method: call.method, headers, signal });
    request.once('response', resolve);
    request.on('error', (error) => reject(request.reusedSocket ? new StaleConnection(error.message, { cause: error }) : error));
    request.end(call.body);
  });
}

/** What a failed exchange means: whoever stopped it says why, anything else is the network. */
export function toCallError(connection: KubeConnection, call: HttpCall, signal: AbortSignal, error: unknown): InterceptError {
  if (signal.aborted) return toAbortError(signal);
  return error instanceof InterceptError ? error : toUnreachable(call.title, connection.server, error);
}

/** The body of an answer as text. Rejects where it is larger than `maxBytes`. */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      throw new Error(`its answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString();
}
