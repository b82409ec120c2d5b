import { BlockList, isIPv6, type Socket } from 'node:net';
import { InterceptError, type Log } from '@switchyard/contract';
import { sortSocket, type Speakers } from './sort-socket.ts';
import { createTlsServer, type ServerIdentity, type TlsServer } from './tls-server.ts';

/** Whether and how a server speaks TLS. */
export interface TlsTerms {
  readonly identity: ServerIdentity;
  /** Takes plaintext too from this machine, as from a forward into the manager's own pod. Everybody else gets nothing but TLS. */
  readonly plaintextFromLoopback: boolean;
}

/** Takes accepted connections to who speaks their protocol, out of TLS where there is any. */
export interface Reception {
  accept(socket: Socket): void;
  /** As `TlsServer.renew`. Throws `internal` where no TLS is spoken. */
  renewIdentity(identity: ServerIdentity): void;
}

/** Without `terms` everything is plaintext. Throws `bad_config` where the identity cannot be used. */
export function createReception(log: Log, terms: TlsTerms | undefined, { http1, http2 }: Omit<Speakers, 'tls'>): Reception {
  if (terms === undefined) return { accept: (socket) => sortSocket(socket, { http1, http2 }), renewIdentity: refuseRenewal };
  const tls: TlsServer = createTlsServer(log, terms.identity, (socket) => {
    socket.on('error', () => {});
    if (socket.alpnProtocol === 'h2') http2(socket);
    else http1(socket);
  });
  const refuse = (socket: Socket): void => void socket.destroy();
  return {
    accept(socket) {
      const isTrusted = terms.plaintextFromLoopback && isLoopback(socket.remoteAddress ?? '');
      sortSocket(socket, { tls: tls.accept, ...(isTrusted ? { http1, http2 } : { http1: refuse, http2: refuse }) });
    },
    renewIdentity: tls.renew,
  };
}

function refuseRenewal(): never {
  throw new InterceptError('internal', 'A server without TLS has no certificate.');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
