import type { OnReadOpts } from 'node:net';
import { createOnRead } from '@switchyard/runtime';
import type { SocketPipe } from './socket-pipe.ts';

/** Brings what a socket reads to its pipe, which is made after it. An object of its own, so that a socket keeps nothing else alive. */
export class Receiver {
  /** Undefined until the socket may read. */
  pipe: SocketPipe | undefined;
  /** The socket's option. */
  readonly onread: OnReadOpts = createOnRead((bytes) => this.pipe?.deliver(bytes));
}
