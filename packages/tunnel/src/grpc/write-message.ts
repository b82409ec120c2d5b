import type { Http2Stream } from '../http2/http2-stream.ts';
import { prefixBytes } from './message-reader.ts';

/** Copied before `write` returns, so that all messages share it. */
const prefix = Buffer.alloc(prefixBytes);

/** Sends one message, not compressed. As `Http2Stream.write`. */
export function writeMessage(stream: Http2Stream, message: Buffer): boolean {
  prefix.writeUInt32BE(message.length, 1);
  return stream.write(prefix, message);
}
