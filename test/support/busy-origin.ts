import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A local process whose answers go on when a test says so. */
export interface BusyOrigin extends AsyncDisposable {
  readonly port: number;
  /** Bytes of `POST /upload` so far. */
  readonly uploadedBytes: number;
  /** `GET /events` and `GET /download` as they are: what a test writes on them goes to the caller. Undefined before the request. */
  readonly streams: ReadonlyMap<string, ServerResponse>;
}

/**
 * Opens it on a free port. `POST /upload` answers with the number of bytes, `/ws` echoes messages, `/quick` answers at once; every other
 * request waits for what the test writes.
 */
export async function openBusyOrigin(): Promise<BusyOrigin> {
  let uploadedBytes = 0;
  const streams = new Map<string, ServerResponse>();
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url === '/quick') {
      response.end('quick');
    } else if (request.url === '/upload') {
      request.on('data', (bytes: Buffer) => void (uploadedBytes += bytes.length));
      request.on('end', () => response.end(String(uploadedBytes)));
    } else {
      streams.set(request.url ?? '', response);
      if (request.url !== '/slow') response.flushHeaders();
    }
  });
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get uploadedBytes() {
      return uploadedBytes;
    },
    streams,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
