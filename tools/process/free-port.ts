import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const host = '127.0.0.1';

/** `preferred` when nobody listens there, else any free port of the loopback interface. */
export async function pickPort(preferred = 0): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, host);
    await once(server, 'listening');
  } catch {
    return pickPort();
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  return address.port;
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
