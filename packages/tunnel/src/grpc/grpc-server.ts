import type { Socket } from 'node:net';
import type { Clock } from '@switchyard/contract';
import { defaultWindowBytes } from '../http2/frame.ts';
import { findHeader, type HeaderList } from '../http2/header-field.ts';
import type { Http2Connection } from '../http2/http2-connection.ts';
import { http2Codes } from '../http2/http2-error.ts';
import { Http2Link } from '../http2/http2-link.ts';
import type { Http2Stream } from '../http2/http2-stream.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { StreamHandler } from '../message-stream.ts';
import { grpcStatus } from './grpc-status.ts';
import { ServerCall, type ServerCallOptions } from './server-call.ts';

const { strangerStreams, strangerResets, messageBytes, http2WindowBytes } = fixedTunnelLimits;

/** A call that came, and that nobody has taken yet. */
export interface IncomingCall {
  readonly headers: HeaderList;
  /** Who calls: `ADDRESS:PORT`. */
  readonly peer: string;
  /** Takes the call: what comes goes to `handler`. */
  take(handler: StreamHandler, options?: TakeOptions): ServerCall;
  /** Lets the caller's connection have `maxStreams` open, with wide windows. */
  widen(maxStreams: number): void;
}

/** How a call is taken. */
export interface TakeOptions extends Pick<ServerCallOptions, 'onEnd'> {
  /** What waits on it goes before what waits on the connection's other calls. */
  readonly urgent?: boolean;
}

/** What serves a call; it must take it before it returns. */
export type GrpcMethod = (call: IncomingCall) => void;

/** Serves gRPC on sockets that were accepted by others. */
export interface GrpcServer {
  /** Takes over a connection that begins with HTTP/2's preface. */
  accept(socket: Socket): void;
  /** Ends every connection after what was sent. */
  close(): void;
}

/** `methods` by their path. A connection has few streams and small windows until one of its calls widens it. */
export function createGrpcServer(clock: Clock, methods: ReadonlyMap<string, GrpcMethod>): GrpcServer {
  const links = new Set<Http2Link>();
  return {
    accept(socket) {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      const link: Http2Link = new Http2Link({
        clock,
        role: 'server',
        maxStreams: strangerStreams.value,
        maxResets: strangerResets.value,
        windowBytes: defaultWindowBytes,
        onStream: (stream, headers, end) => serve(methods, { connection: link.connection, stream, headers, end, peer }),
        onClose: () => void links.delete(link),
      });
      links.add(link);
      link.attach(socket);
    },
    close() {
      for (const link of links) link.close();
    },
  };
}

interface OpenedStream {
  readonly connection: Http2Connection;
  readonly stream: Http2Stream;
  readonly headers: HeaderList;
  readonly end: boolean;
  readonly peer: string;
}

function serve(methods: ReadonlyMap<string, GrpcMethod>, { connection, stream, headers, end, peer }: OpenedStream): void {
  if (findHeader(headers, ':method') !== 'POST' || findHeader(headers, 'content-type')?.startsWith('application/grpc') !== true) {
    // Of TLS curl and browsers choose HTTP/2 by themselves; told so, they ask the API for programs again by what it speaks.
    if (findHeader(headers, ':path')?.startsWith('/api/') === true) return stream.reset(http2Codes.http11Required);
    return stream.end([[':status', '415']]);
  }
  const take = (handler: StreamHandler, { urgent = false, onEnd }: TakeOptions = {}): ServerCall => {
    stream.urgent = urgent;
    return new ServerCall(connection, stream, { maxMessageBytes: messageBytes.value, onEnd }, handler);
  };
  const method = methods.get(findHeader(headers, ':path') ?? '') ?? refuse;
  method({ headers, peer, take, widen: (maxStreams) => connection.widen(maxStreams, http2WindowBytes.value) });
  if (end) stream.handler?.onEnd();
}

const refuse: GrpcMethod = (call) =>
  call.take({ onMessage() {}, onDrain() {}, onClose() {} }).end({ code: grpcStatus.unimplemented, details: 'There is no such method.' });
