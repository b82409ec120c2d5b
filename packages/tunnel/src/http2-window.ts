import type { ServerDuplexStream } from '@grpc/grpc-js';
import { http2WindowBytes } from './channel-options.ts';

interface Http2Session {
  setLocalWindowSize(size: number): void;
  settings(settings: { initialWindowSize: number; maxConcurrentStreams: number }): void;
}

/**
 * Widens the manager's HTTP/2 windows of the connection that `call` came on, and lets it have `maxStreams` open. grpc-js has an option for the
 * windows at a client only; a server stays at 64 KiB, which is 1 MB/s from an agent that is 60 ms away. Its session is reached through two
 * private fields: where a later version has others, nothing is widened (and a test fails).
 */
export function widenHttp2Session(call: ServerDuplexStream<Buffer, Buffer>, maxStreams: number): void {
  const session = readField(readField(readField(call, 'call'), 'stream'), 'session');
  if (!isHttp2Session(session)) return;
  session.settings({ initialWindowSize: http2WindowBytes, maxConcurrentStreams: maxStreams });
  session.setLocalWindowSize(http2WindowBytes);
}

function readField(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}

function isHttp2Session(value: unknown): value is Http2Session {
  return typeof readField(value, 'settings') === 'function' && typeof readField(value, 'setLocalWindowSize') === 'function';
}
