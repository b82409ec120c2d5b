import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Connection, Connections } from '../connections.ts';
import type { MessageStream, StreamHandler } from '../message-stream.ts';
import type { TurnTaker } from '../read-turn.ts';
import { createWebSocketStream, subprotocol, webSocketOptions } from './web-socket-stream.ts';

/** Serves one stream, which `open` opens. */
export type ServeStream = (connection: Connection, open: (handler: StreamHandler) => MessageStream) => void;

/** Takes the upgrade of a request, as an HTTP/1.1 server tells it. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Takes upgrades to a WebSocket at the paths of `streams`, and refuses all others: no such path 404, another subprotocol 400, and whatever
 * a browser sends 403, as a page of somebody else's could send it with the rights of who looks at it.
 */
export function createUpgradeListener(find: Connections['find'], streams: ReadonlyMap<string, ServeStream>): UpgradeListener {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, ...webSocketOptions });
  return (request, socket, head) => {
    socket.on('error', () => {});
    const serve = streams.get(request.url ?? '');
    const connection = find(`${request.socket.remoteAddress}:${request.socket.remotePort}`);
    if (connection === undefined) return void socket.destroy();
    if (request.headers.origin !== undefined) return refuse(socket, 403);
    if (serve === undefined) return refuse(socket, 404);
    if (request.headers['sec-websocket-protocol'] !== subprotocol) return refuse(socket, 400);
    server.handleUpgrade(request, socket, head, (accepted) => {
      const taker: TurnTaker = { resume: () => accepted.resume() };
      serve(connection, (handler) => {
        const stream = createWebSocketStream(handler);
        stream.attach(accepted, () => {
          if (!connection.turn.spend(taker)) accepted.pause();
        });
        return stream;
      });
    });
  };
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
