import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { Code } from '@switchyard/contract';
import { Receiver } from './receiver.ts';
import { SocketPipe } from './socket-pipe.ts';

/** What a socket has beyond the documentation of Node.js: the handle of the system's connection, here with what `onread` needs of it. */
interface WithHandle {
  _handle?: (NonNullable<SocketConstructorOpts['handle']> & { readonly useUserBuffer?: unknown }) | null;
}

/** A connection that was accepted. */
export interface Adopted {
  /** For its address and its end; its bytes are the pipe's. */
  readonly socket: Socket;
  readonly pipe: SocketPipe;
}

/**
 * Makes a pipe of a connection that a server accepted with `pauseOnConnect` and nobody has listened to yet.
 *
 * @param lossCode as `SocketPipe` has it
 */
export function adoptSocket(accepted: Socket, lossCode: Code): Adopted {
  const receiver = new Receiver();
  const socket = reopen(accepted, receiver.onread);
  const pipe = new SocketPipe(socket, lossCode);
  receiver.pipe = pipe;
  return { socket, pipe };
}

/**
 * The same connection as a socket that reads through `onread`: `connect()` takes that option, a server does not. The accepted one is a
 * shell afterwards. Where this Node.js does not have what that takes, it is `accepted` itself, which emits `data`.
 */
function reopen(accepted: Socket, onread: OnReadOpts): Socket {
  const shell: WithHandle = accepted as Socket & WithHandle;
  const handle = shell._handle;
  if (typeof handle?.useUserBuffer !== 'function') return accepted;
  shell._handle = null;
  accepted.destroy();
  const options = { handle, onread, allowHalfOpen: true, manualStart: true };
  return new Socket(options);
}
