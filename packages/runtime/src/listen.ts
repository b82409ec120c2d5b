import type { Server } from 'node:net';
import { InterceptError } from '@switchyard/contract';
import { runtimeLimits } from './limits.ts';

/** Connections that the system keeps for a busy program. */
const backlog = runtimeLimits.acceptQueue.value;

/**
 * Lets `server` listen at `host` and `port` (0: any free one) and returns the port. Rejects with `port_in_use` or `bad_config`, and with
 * `internal` where it is our fault.
 *
 * @param what who listens, as the beginning of a sentence: "The health listener"
 */
export function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }, what: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      reject(toListenError(cause, `${what} cannot listen at ${host.includes(':') ? `[${host}]` : host}:${port}`));
    };
    server.once('error', onError);
    server.listen({ host, port, backlog }, () => {
      server.removeListener('error', onError);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function toListenError(cause: NodeJS.ErrnoException, at: string): InterceptError {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new InterceptError('port_in_use', `${at}: another program listens there already.`, {
        cause,
        hint: 'Stop that program, or change the address in the configuration.',
      });
    case 'EACCES':
      return new InterceptError('bad_config', `${at}: this user may not take that port.`, { cause, hint: 'Choose a port above 1023.' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new InterceptError('bad_config', `${at}: this machine has no such address.`, {
        cause,
        hint: 'Choose an address of this machine.',
      });
    default:
      return new InterceptError('internal', `${at}.`, { cause });
  }
}
