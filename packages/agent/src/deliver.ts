import { InterceptError, type Clock, type Pipe } from '@switchyard/contract';
import type { Socket } from 'node:net';
import { abortSocket } from '@switchyard/runtime';
import { agentLimits } from './limits.ts';
import { connectLocal, formatLocalAddress, type LocalAddress } from './local-address.ts';

const connectTimeoutMs = agentLimits.localConnectMs.value;

/**
 * Connects a pipe of the tunnel to the local process and relays both ways until both halves are done. Each half ends on
 * its own, a slow reader on one side slows the sender on the other, and an abort on one side aborts the other.
 * When the process does not accept, the pipe is reset with `local_refused` (nothing listens) or `upstream_timeout`, and
 * `onFailed` is called.
 */
export function deliver(
  pipe: Pipe,
  address: LocalAddress,
  { clock }: { readonly clock: Clock },
  onFailed: (error: InterceptError) => void,
): void {
  const socket = connectLocal(address, (bytes) => {
    if (!pipe.write(bytes)) socket.pause();
  });
  const deadline = clock.after(connectTimeoutMs, () => {
    fail(
      new InterceptError(
        'upstream_timeout',
        `${formatLocalAddress(address)} did not accept a connection within ${connectTimeoutMs / 1000} s.`,
      ),
    );
  });
  const fail = (error: InterceptError): void => {
    deadline.cancel();
    socket.destroy();
    pipe.reset(error);
    onFailed(error);
  };
  const onRefused = (cause: Error): void => fail(toRefusal(address, cause));

  socket.once('error', onRefused);
  socket.once('connect', () => {
    deadline.cancel();
    socket.off('error', onRefused);
    relayFromSocket(socket, pipe, address);
    pipe.resume();
  });
  pipe.attach({
    onData: (bytes) => {
      if (!socket.write(bytes)) pipe.pause();
    },
    onEnd: () => socket.end(),
    onDrain: () => socket.resume(),
    onClose: (error) => {
      deadline.cancel();
      if (error !== undefined || socket.connecting) abortSocket(socket);
    },
  });
}

/** The socket's side of the relay; the pipe's side is its handler. */
function relayFromSocket(socket: Socket, pipe: Pipe, address: LocalAddress): void {
  socket.on('drain', () => pipe.resume());
  socket.on('end', () => pipe.end());
  socket.on('error', (cause) => {
    pipe.reset(
      new InterceptError('upstream_unreachable', `The process at ${formatLocalAddress(address)} broke the connection off.`, { cause }),
    );
  });
}

function toRefusal(address: LocalAddress, cause: Error): InterceptError {
  const name = formatLocalAddress(address);
  const refused = 'code' in cause && cause.code === 'ECONNREFUSED';
  const message = refused ? `Nothing listens at ${name} on the developer's machine.` : `The developer's machine cannot connect to ${name}.`;
  return new InterceptError('local_refused', message, {
    cause,
    hint: 'Start the process there, or intercept with the port where it listens.',
  });
}
