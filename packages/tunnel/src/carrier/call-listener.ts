import type { IncomingMessage, ServerResponse } from 'node:http';
import { InterceptError, type Log } from '@switchyard/contract';
import { encodeFailure, managerDefinition } from '@switchyard/wire';
import type { Caller } from '../api.ts';
import { failureKey, ownerKey } from '../api-metadata.ts';
import { toCaller, type ApiCall } from '../api-server.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { Http1Listener } from '../listen/http1-server.ts';
import { toShownError } from '../request-desk.ts';

/** The media type of the API's calls over HTTP/1.1: the messages that gRPC has, bare. */
export const callType = 'application/proto';

/**
 * Serves the unary API to callers that HTTP/2 does not get through from: `POST` to the path that gRPC has, with the message as the body and
 * the metadata as headers. The answer is a message; a failure has the status of its code, and itself in the header that is gRPC's trailer.
 * Everything else is `next`'s.
 */
export function createCallListener(calls: Record<keyof typeof managerDefinition, ApiCall>, log: Log, next: Http1Listener): Http1Listener {
  const byPath = new Map(
    Object.entries(managerDefinition).map(([name, { path }]) => [path, calls[name as keyof typeof managerDefinition]] as const),
  );
  return (request, response, connection) => {
    const call = byPath.get(request.url ?? '');
    if (call === undefined) return next(request, response, connection);
    serve(call, request, connection.remoteAddress).then(
      (bytes) => void response.writeHead(200, { 'content-type': callType }).end(bytes),
      (reason: unknown) => fail(response, toShownError(reason, log)),
    );
  };
}

async function serve(call: ApiCall, request: IncomingMessage, address: string): Promise<Buffer> {
  const { caller, message } = await readCall(request, address);
  return call(caller, message);
}

/** Who calls, and with what message. Throws `not_allowed` or `bad_usage` for what is no call. */
export async function readCall(request: IncomingMessage, address: string): Promise<{ readonly caller: Caller; readonly message: Buffer }> {
  const { headers, method } = request;
  // A page of somebody else's must not call with the rights of who looks at it.
  if (headers.origin !== undefined) throw new InterceptError('not_allowed', 'The API is not for web pages.');
  if (method !== 'POST' || headers['content-type'] !== callType) {
    throw new InterceptError('bad_usage', `A call is a POST of ${callType}.`);
  }
  const owner = headers[ownerKey];
  const caller = toCaller(typeof owner === 'string' ? owner : undefined, headers.authorization, address);
  return { caller, message: await readBody(request) };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > fixedTunnelLimits.messageBytes.value) throw new InterceptError('bad_usage', 'The message of the call is too long.');
      chunks.push(chunk);
    }
  } catch (reason) {
    throw InterceptError.from(reason, 'canceled', 'The caller left before the call was whole.');
  }
  return Buffer.concat(chunks);
}

/** Answers a failure: with the status of its code, and itself in the header that is gRPC's trailer. */
export function fail(response: ServerResponse, error: InterceptError): void {
  response.writeHead(error.row.http, { [failureKey]: encodeFailure(error).toString('base64'), connection: 'close' }).end();
}
