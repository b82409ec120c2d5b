import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP server that sends back what it gets, half by half: it ends its half when the client ended the other. */
export interface EchoServer extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
}

/** Opens an echo server on a free port of 127.0.0.1; the caller disposes it, which also destroys its connections. */
export async function openEchoServer(): Promise<EchoServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: toPort(server.address()),
    get connections() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The port of a listening TCP server's address. */
export function toPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on TCP');
  return address.port;
}
