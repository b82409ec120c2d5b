// A TCP relay that can be cut: what stands between an agent and its manager breaks, and neither of them asked for it.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CutLink extends AsyncDisposable {
  /** Where the manager is reached through the link. */
  readonly url: URL;
  /** Breaks all connections now; later ones work. */
  cut(): void;
}

export async function openCutLink(port: number): Promise<CutLink> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const near = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: new URL(`http://127.0.0.1:${near}`),
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
