import type { Socket } from 'node:net';
import type { DialBaseline } from './dial/dial-baseline.ts';
import type { SocketPipe } from './socket-pipe.ts';

/** A client that was accepted. */
export interface Client<Connection = SocketPipe> {
  readonly pipe: Connection;
  readonly dialBaseline: DialBaseline;
  /** The client's IP address; empty when it is gone. */
  readonly address: () => string;
}

const mappedPrefix = '::ffff:';

/** The IP address of a client; empty when it is gone. IPv4 as such: a listener for both families sees it mapped into IPv6. */
export function toClientAddress({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string {
  return remoteAddress.startsWith(mappedPrefix) && remoteAddress.includes('.') ? remoteAddress.slice(mappedPrefix.length) : remoteAddress;
}
