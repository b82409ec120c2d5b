import { connect } from 'node:net';
import { InterceptError, type Clock, type Pipe } from '@switchyard/contract';
import { Receiver } from '../receiver.ts';
import { SocketPipe } from '../socket-pipe.ts';

/** Where and for how long to dial. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** What `dialSocket` needs. */
export interface DialOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name does not resolve now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection at once',
  EMFILE: 'this process has no free file descriptors',
};

/** Opens a TCP connection. Rejects with `upstream_unreachable`, `upstream_timeout` or `canceled`. */
export function dialSocket(address: SocketAddress, options: DialOptions): Promise<Pipe> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const receiver = new Receiver();
    const { onread } = receiver;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, allowHalfOpen: true, onread });
    const settle = (): void => {
      timer.cancel();
      options.signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      socket.removeListener('connect', onConnect);
    };
    const fail = (error: InterceptError): void => {
      settle();
      socket.on('error', ignore);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new InterceptError('canceled', `Dialling ${host}:${port} was given up.`));
    const onError = (error: NodeJS.ErrnoException): void => {
      const reason = reasons[error.code ?? ''] ?? error.message;
      fail(new InterceptError('upstream_unreachable', `Could not connect to ${host}:${port}: ${reason}.`, { cause: error }));
    };
    const onConnect = (): void => {
      settle();
      receiver.pipe = new SocketPipe(socket, 'upstream_unreachable');
      resolve(receiver.pipe);
    };
    const timer = options.clock.after(options.timeoutMs, () => {
      fail(new InterceptError('upstream_timeout', `${host}:${port} did not accept a connection within ${options.timeoutMs / 1000} s.`));
    });
    socket.once('error', onError);
    socket.once('connect', onConnect);
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) onAbort();
  });
}

function ignore(): void {
  // The socket was given up; what else befalls it concerns nobody.
}
