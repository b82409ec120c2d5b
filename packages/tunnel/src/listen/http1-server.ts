import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@switchyard/contract';
import type { Connection, Connections } from '../connections.ts';
import { fixedTunnelLimits } from '../limits.ts';

/** The connection that a request came on. */
export interface Http1Connection {
  /** Where it comes from: an IP address. */
  readonly remoteAddress: string;
  /**
   * Keeps it open past the deadline of connections without a session, for an answer that goes on. Call it for a caller who proved who they
   * are, and the returned function when the answer is over.
   */
  hold(): () => void;
}

/** Serves a request of HTTP/1.1: it must end `response`. */
export type Http1Listener = (request: IncomingMessage, response: ServerResponse, connection: Http1Connection) => void;

const limits = fixedTunnelLimits;

/**
 * An HTTP/1.1 server without a port of its own: give it accepted sockets by its event `connection`. Requests go to `listener`; upgrades
 * have no listener yet. Whoever made it ends it with `closeAllConnections` and `close`.
 */
export function createHttp1Server(clock: Clock, find: Connections['find'], listener: Http1Listener): Server {
  const unanswered = new WeakMap<Socket, number>();
  const server = createServer(
    {
      maxHeaderSize: limits.http1HeadBytes.value,
      headersTimeout: limits.http1HeadMs.value,
      requestTimeout: limits.http1RequestMs.value,
      keepAliveTimeout: limits.http1IdleMs.value,
      connectionsCheckingInterval: limits.http1HeadMs.value / 5,
    },
    (request, response) => {
      const connection = find(toPeer(request.socket));
      if (connection === undefined || !countAnswer(response, unanswered)) return void request.socket.destroy();
      // Its deadline must not cut an answer: whoever keeps a connection open is asked for another one in time.
      if (clock.now() - connection.openedMs > limits.http1LifetimeMs.value) response.shouldKeepAlive = false;
      listener(request, response, toHttp1Connection(connection));
    },
  );
  server.maxHeadersCount = limits.http1Fields.value;
  server.maxRequestsPerSocket = limits.http1Requests.value;
  // Heads are timed from this event on, which comes from a port otherwise.
  server.emit('listening');
  return server;
}

/** Whether one more answer may wait on its connection: a caller who asks on without reading must not fill the memory. */
function countAnswer(response: ServerResponse, unanswered: WeakMap<Socket, number>): boolean {
  const { socket } = response.req;
  const count = unanswered.get(socket) ?? 0;
  if (count >= limits.http1Unanswered.value) return false;
  unanswered.set(socket, count + 1);
  response.once('close', () => void unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  return true;
}

function toPeer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function toHttp1Connection(connection: Connection): Http1Connection {
  return {
    remoteAddress: connection.remoteAddress,
    hold() {
      connection.addSession();
      let held = true;
      return () => {
        if (held) connection.removeSession();
        held = false;
      };
    },
  };
}
