import { InterceptError, type Clock } from '@switchyard/contract';
import type { Access } from '../connect/access.ts';
import { toAddress, toHostPort } from '../connect/address.ts';
import { openSocket } from '../connect/open-socket.ts';
import { ClientCall } from '../grpc/client-call.ts';
import type { HeaderList } from '../http2/header-field.ts';
import { Http2Link } from '../http2/http2-link.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { AgentCarrier } from './agent-carrier.ts';

const { messageBytes, http2WindowBytes } = fixedTunnelLimits;

/**
 * All streams in one connection of HTTP/2, as gRPC. Where no connection comes about, every stream ends as unavailable. Throws `bad_usage`
 * as `toAddress`, `findProxy` and `Access.secureContext` do.
 */
export function createGrpcCarrier(clock: Clock, url: URL, access: Access): AgentCarrier {
  const head = toHead(url);
  access.proxyFor(url);
  if (url.protocol === 'https:') access.secureContext();
  const over = new AbortController();
  const link = new Http2Link({
    clock,
    role: 'client',
    maxStreams: 0,
    maxResets: Infinity,
    windowBytes: http2WindowBytes.value,
    onStream() {},
    onClose() {},
  });
  openSocket(url, access, { alpn: ['h2'], signal: over.signal }).then(
    (socket) => link.attach(socket),
    () => link.close(),
  );
  return {
    open: (method, handler, { urgent } = { urgent: false }) =>
      new ClientCall(link.connection, { head: [[':path', method.path], ...head], maxMessageBytes: messageBytes.value, urgent }, handler),
    close() {
      over.abort(new InterceptError('canceled', 'The session is over.'));
      link.close();
    },
  };
}

function toHead(url: URL): HeaderList {
  const address = toAddress(url);
  return [
    [':method', 'POST'],
    [':scheme', url.protocol === 'https:' ? 'https' : 'http'],
    [':authority', 'path' in address ? 'localhost' : toHostPort(address)],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ];
}
