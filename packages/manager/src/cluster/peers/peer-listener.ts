import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Address } from '@switchyard/config';
import { toLimitValues, type LimitValues } from '@switchyard/contract';
import { listen } from '@switchyard/runtime';
import { peerLimits } from '../../limits.ts';
import { HopDesk, type HopDeskDeps } from './hop-desk.ts';
import { hopProtocol, keepAliveMs } from './hop.ts';

/** Where peers connect to. Dispose cuts all connections. */
export interface PeerListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens the listener where other managers of the namespace ask for sessions that this one has. Each connection is one proxied connection:
 * an HTTP/1.1 upgrade that names the intercept and proves the peer, then the bytes of the pipe, both halves on their own. Rejects with
 * `port_in_use` or `bad_config`.
 */
export async function openPeerListener(
  deps: HopDeskDeps,
  address: Address,
  limits: LimitValues<typeof peerLimits> = toLimitValues(peerLimits),
): Promise<PeerListener> {
  const { peerHeadMs, peerHeadBytes } = limits;
  const desk = new HopDesk(deps, limits);
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      headersTimeout: peerHeadMs,
      requestTimeout: peerHeadMs,
      keepAliveTimeout: 1,
      connectionsCheckingInterval: peerHeadMs / 4,
      maxHeaderSize: peerHeadBytes,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    },
    (_request, response) => response.writeHead(426, { connection: 'close', upgrade: hopProtocol }).end(),
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    desk.welcome(socket);
  });
  server.on('upgrade', (request, socket, head) => void desk.serve(request, socket as Socket, head));
  const port = await listen(server, address, 'The listener for other managers');
  server.on('error', () => {});
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
