import type { DialBaseline } from './dial/dial-baseline.ts';
import type { SocketPipe } from './socket-pipe.ts';

/** A client that was accepted. */
export interface Client<Connection = SocketPipe> {
  readonly pipe: Connection;
  readonly dialBaseline: DialBaseline;
  /** The client's IP address; empty when it is gone. */
  readonly address: () => string;
}
