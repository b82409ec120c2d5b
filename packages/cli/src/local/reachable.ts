import { connectLocal, type LocalAddress } from '@switchyard/agent';
import type { Clock } from '@switchyard/contract';
import { createServer } from 'node:net';
import { cliLimits } from '../limits.ts';

/** Whether something accepts connections there, within `probeMs`. */
export async function isListening(clock: Clock, address: LocalAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connectLocal(address, () => {});
  const deadline = clock.after(cliLimits.probeMs.value, () => resolve(false));
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => {
    deadline.cancel();
    socket.destroy();
  });
}

/** A port that is free on every address of this machine. Nobody reserves it: who wants it must be quick. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, () => {
    const address = server.address();
    server.close(() => (address === null || typeof address === 'string' ? reject(new Error('no port')) : resolve(address.port)));
  });
  return promise;
}

/** Whether a process that is started now could listen on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // Only a taken port is the matter here: what else goes wrong (a privileged port) is the process's own affair.
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
  server.listen(port, () => server.close(() => resolve(true)));
  return promise;
}
