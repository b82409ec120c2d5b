import { request, type IncomingMessage } from 'node:http';
import { InterceptError, type Clock } from '@switchyard/contract';
import { parseFailure, type BytesMethod } from '@switchyard/wire';
import { failureKey, ownerKey } from '../api-metadata.ts';
import type { Access } from '../connect/access.ts';
import { isAlert, toConnectError, toSilent, toStranger } from '../connect/connect-error.ts';
import { openSocket } from '../connect/open-socket.ts';
import { fixedTunnelLimits, tunnelLimits } from '../limits.ts';
import { callType } from './call-listener.ts';

/** Who calls which manager. */
export interface Http1CallOptions {
  readonly url: URL;
  readonly owner: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** One call of the unary API, on a connection of its own. Rejects with what the manager answered, or `manager_unreachable`. */
export async function callOverHttp1(options: Http1CallOptions, access: Access, method: BytesMethod, message: Buffer): Promise<Buffer> {
  const { url, clock, timeoutMs = tunnelLimits.connectMs.value } = options;
  const abort = new AbortController();
  const timer = clock.after(timeoutMs, () => abort.abort(toSilent(url, timeoutMs)));
  try {
    const response = await post(options, access, method, message, abort.signal);
    return await readAnswer(url, response);
  } catch (reason) {
    if (abort.signal.aborted) throw abort.signal.reason;
    if (reason instanceof InterceptError) throw reason;
    throw reason instanceof Error && isAlert(reason) ? toConnectError(url, reason) : toStranger(url, 'speaks no HTTP/1.1', reason);
  } finally {
    timer.cancel();
  }
}

async function post(
  { url, owner, token }: Http1CallOptions,
  access: Access,
  { path }: BytesMethod,
  message: Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const socket = await openSocket(url, access, { alpn: ['http/1.1'], signal });
  return new Promise((resolve, reject) => {
    const headers = {
      host: url.host === '' ? 'manager' : url.host,
      connection: 'close',
      'content-type': callType,
      'content-length': message.length,
      [ownerKey]: Buffer.from(owner).toString('base64'),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const asking = request({ createConnection: () => socket, method: 'POST', path, headers, signal }, resolve);
    asking.on('error', reject);
    asking.end(message);
  });
}

async function readAnswer(url: URL, response: IncomingMessage): Promise<Buffer> {
  refuseFailure(url, response);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > fixedTunnelLimits.answerBytes.value)
      throw new InterceptError('protocol_violation', 'The answer of the manager is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** One call whose answer goes on: resolves with its beginning. Rejects with what the manager answered. */
export async function openAnswer(
  options: Http1CallOptions,
  access: Access,
  method: BytesMethod,
  message: Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await post(options, access, method, message, signal);
  refuseFailure(options.url, response);
  return response;
}

function refuseFailure(url: URL, response: IncomingMessage): void {
  const failure = response.headers[failureKey];
  if (typeof failure === 'string') {
    response.resume();
    throw parseFailure(Buffer.from(failure, 'base64'));
  }
  if (response.statusCode !== 200 || response.headers['content-type'] !== callType) {
    response.destroy();
    throw toStranger(url, 'speaks HTTP/1.1');
  }
}
