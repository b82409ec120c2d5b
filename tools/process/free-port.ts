import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const host = '127.0.0.1';

/** `preferred` when nobody listens there, else any free port of the loopback interface. */
export async function pickPort(preferred = 0): Promise<number> {
  const held = await holdPort(preferred);
  if (held === undefined) return pickPort();
  await held[Symbol.asyncDispose]();
  return held.port;
}

/** A port that nobody else can listen on until it is disposed. */
export interface HeldPort extends AsyncDisposable {
  readonly port: number;
}

/** Holds a port of the loopback interface (0: any); undefined when it is taken. Keeps no process alive. */
export async function holdPort(port: number): Promise<HeldPort | undefined> {
  const server = createServer((socket) => socket.destroy()).unref();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Whether something accepts connections at `port` of the loopback interface. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
