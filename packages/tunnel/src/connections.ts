import { createServer, type Server, type Socket } from 'node:net';
import { InterceptError, type Clock, type Timer } from '@switchyard/contract';

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
  listen: { readonly host: string; readonly port: number },
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
  await startListening(server, listen);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : listen.port,
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

function startListening(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(toListenError(host, port, cause)));
    server.listen({ host, port, backlog: 1024 }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

function toListenError(host: string, port: number, cause: NodeJS.ErrnoException): InterceptError {
  if (cause.code === 'EADDRINUSE') {
    return new InterceptError('port_in_use', `Port ${port} of ${host} is taken by another program.`, {
      hint: 'Stop that program, or choose another port.',
      cause,
    });
  }
  return new InterceptError('bad_config', `${host}:${port} cannot be listened on (${cause.code ?? cause.message}).`, {
    hint: 'Choose an address of this machine and a port that this user may open.',
    cause,
  });
}
