import type { Socket } from 'node:net';
import { toPlainAddress } from '@switchyard/runtime';
import type { SocketAddress } from '../dial/dial-socket.ts';

/** The two ends of a client's connection to the router. A host is an IP address; empty when the client is gone. */
export interface ConnectionEnds {
  readonly client: SocketAddress;
  readonly router: SocketAddress;
}

/** The ends of `socket`, as they are now. */
export function toConnectionEnds({ remoteAddress, remotePort = 0, localAddress, localPort = 0 }: Socket): ConnectionEnds {
  return {
    client: { host: toPlainAddress(remoteAddress), port: remotePort },
    router: { host: toPlainAddress(localAddress), port: localPort },
  };
}
