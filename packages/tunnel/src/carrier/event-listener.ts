import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Log } from '@switchyard/contract';
import { eventDefinition } from '@switchyard/wire';
import type { ManagerApi } from '../api.ts';
import { streamEvents, type EventReader } from '../event-stream.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { Http1Connection, Http1Listener } from '../listen/http1-server.ts';
import { toShownError } from '../request-desk.ts';
import { callType, fail, readCall } from './call-listener.ts';

/** What the stream of events over HTTP/1.1 stands on. */
export interface EventListenerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly api: ManagerApi;
}

/**
 * Serves the stream of events to callers that HTTP/2 does not get through from: a call as of the unary API, whose answer is the messages
 * one after the other, each behind its length in four bytes (big-endian). Everything else is `next`'s.
 */
export function createEventListener({ clock, log, api }: EventListenerDeps, next: Http1Listener): Http1Listener {
  const serve = async (request: IncomingMessage, response: ServerResponse, connection: Http1Connection): Promise<void> => {
    const { caller, message } = await readCall(request, connection.remoteAddress);
    await streamEvents(api, clock, caller, message, toReader(response, connection));
  };
  return (request, response, connection) => {
    if (request.url !== eventDefinition.watchEvents.path) return next(request, response, connection);
    serve(request, response, connection).catch((reason: unknown) => fail(response, toShownError(reason, log)));
  };
}

function toReader(response: ServerResponse, connection: Http1Connection): EventReader {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return {
    send(message) {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(message.length);
      begin(response);
      response.write(Buffer.concat([head, message]));
    },
    isSlow: () => response.writableLength > fixedTunnelLimits.unreadEventBytes.value,
    finish() {
      begin(response);
      response.end();
    },
    fail(error) {
      if (response.headersSent) response.destroy();
      else fail(response, error);
    },
    closed: closed.signal,
    hold: connection.hold,
  };
}

function begin(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': callType, 'cache-control': 'no-store', connection: 'close' });
}
