import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address before several servers of this machine, as a Service is. Each connection stays with the server that it came to. */
export interface SharedAddress extends AsyncDisposable {
  readonly port: number;
  /** New connections go there; undefined: they wait until somebody is named. */
  lead(to: number | undefined): void;
}

/** Opens one. The caller disposes it, which breaks its connections. */
export async function openSharedAddress(first: number): Promise<SharedAddress> {
  let target: number | undefined = first;
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const relay = (near: Socket, to: number): void => {
    const far = keep(connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    keep(near);
    if (target === undefined) waiting.push(near);
    else relay(near, target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lead(to) {
      target = to;
      if (to !== undefined) for (const near of waiting.splice(0)) relay(near, to);
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
