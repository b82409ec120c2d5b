import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '@switchyard/contract';
import { listen } from '@switchyard/runtime';

/** How long connections may take to end in order when the server closes. */
const graceMs = 500;

/** The manager's listening socket and its connections. They are ours and not the gRPC library's, so that a dead one can be broken. */
export interface Connections {
  readonly port: number;
  /** Breaks the connection of `peer` (`ADDRESS:PORT`). */
  break(peer: string): void;
  /** Stops listening, and breaks what has not ended within a grace of 0.5 s. */
  close(): Promise<void>;
}

/** Listens. Rejects with `port_in_use` or `bad_config`. */
export async function openConnections(
  clock: Clock,
  address: { readonly host: string; readonly port: number },
  options: { readonly maxConnections: number; onConnection(socket: Socket): void },
): Promise<Connections> {
  const sockets = new Map<string, Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.on('close', () => sockets.delete(peer));
    socket.on('error', () => {});
    options.onConnection(socket);
  });
  server.maxConnections = options.maxConnections;
  const port = await listen(server, address, 'The manager');
  server.on('error', () => {});
  return {
    port,
    break: (peer) => void sockets.get(peer)?.destroy(),
    async close() {
      const timer = clock.after(graceMs, () => breakAll(sockets));
      await stopListening(server, timer);
    },
  };
}

function breakAll(sockets: ReadonlyMap<string, Socket>): void {
  for (const socket of sockets.values()) socket.destroy();
}

/** Resolves when the last connection is gone. */
function stopListening(server: Server, timer: Timer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      timer.cancel();
      resolve();
    });
  });
}
