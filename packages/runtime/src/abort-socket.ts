import type { Socket } from 'node:net';

/**
 * Aborts a connection: with a RST, so that the peer cannot take what it got for everything, as long as our half is open.
 *
 * Once our half is ended there is nothing left to cut short, and a RST would throw away what the system still has to send; while
 * the end itself is waiting to be sent, libuv refuses a RST and Node.js would never close the handle. `destroy` serves both.
 */
export function abortSocket(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
