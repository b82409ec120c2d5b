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

/** A message that is decoded and waits costs memory beyond its bytes. */
const queuedMessageBytes = 256;

/** Bytes that came on `call` and that it was not ready for. They are in private fields too: 0 where a later version has others (and a test fails). */
export function unreadBytesOf(call: ServerDuplexStream<Buffer, Buffer>): number {
  const inner = readField(call, 'call');
  const rawBytes = readField(readField(inner, 'stream'), 'readableLength');
  const messages = readField(readField(inner, 'readQueue'), 'length');
  return toNumber(rawBytes) + toNumber(messages) * queuedMessageBytes;
}

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function readField(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}

function isHttp2Session(value: unknown): value is Http2Session {
  return typeof readField(value, 'settings') === 'function' && typeof readField(value, 'setLocalWindowSize') === 'function';
}
