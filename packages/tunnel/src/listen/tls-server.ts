import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { InterceptError, type Log } from '@switchyard/contract';
import { fixedTunnelLimits } from '../limits.ts';

/** What a manager shows of itself over TLS, and whom it lets in: texts in PEM. */
export interface ServerIdentity {
  /** The certificate, and those that lead from it to its authority. */
  readonly cert: string;
  readonly key: string;
  /** The authority of the certificates that callers must show; undefined: they need none. */
  readonly clientCa: string | undefined;
}

/** What ends TLS on accepted connections. */
export interface TlsServer {
  /** Takes over an accepted connection, with what was read of it put back. */
  accept(socket: Socket): void;
  /**
   * Shows another identity to connections from now on. Throws `bad_config`, and goes on with the old one, where it is none. Whether callers
   * need a certificate stays.
   */
  renew(identity: ServerIdentity): void;
}

/**
 * TLS 1.2 and later, for HTTP/2 and HTTP/1.1. `onSecure` gets each connection after its handshake; one that fails, or takes longer than
 * `tlsHandshakeMs`, is closed. Throws `bad_config` where `identity` is none.
 */
export function createTlsServer(log: Log, identity: ServerIdentity, onSecure: (socket: TLSSocket) => void): TlsServer {
  const server = createServer(
    {
      ...toContext(identity),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      requestCert: identity.clientCa !== undefined,
      rejectUnauthorized: identity.clientCa !== undefined,
      handshakeTimeout: fixedTunnelLimits.tlsHandshakeMs.value,
    },
    onSecure,
  );
  server.on('tlsClientError', (error, socket) => {
    log.debug('tls_refused', { reason: error.message });
    socket.destroy();
  });
  return {
    accept: (socket) => void server.emit('connection', socket),
    renew: (next) => server.setSecureContext(toContext(next)),
  };
}

function toContext({ cert, key, clientCa }: ServerIdentity): SecureContextOptions {
  const options = { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) };
  try {
    createSecureContext(options);
    return options;
  } catch (cause) {
    throw new InterceptError('bad_config', `The certificate, its key or the authority of clients cannot be used: ${toReason(cause)}.`, {
      cause,
      hint: 'Each file holds PEM, the key belongs to the first certificate, and has no password.',
    });
  }
}

/** What the library says, without its name for the place in its code. */
function toReason(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/^error:.*::/i, '') : String(cause);
}
