import type { Http2Stream } from '../http2/http2-stream.ts';
import { prefixBytes } from './message-reader.ts';

/** Room for the prefix and the beginning of a message; shared by all, as `Http2Stream.write` copies it. */
const scratch = Buffer.alloc(64);

/** Sends one message, not compressed, as `MessageStream.send` has it. Says what `Http2Stream.write` says. */
export function writeMessage(stream: Http2Stream, message: Buffer, rest: Buffer | undefined): boolean {
  if (rest === undefined) {
    scratch.writeUInt32BE(message.length, 1);
    return stream.write(scratch.subarray(0, prefixBytes), message);
  }
  scratch.writeUInt32BE(message.length + rest.length, 1);
  const begin = message.copy(scratch, prefixBytes);
  return stream.write(scratch.subarray(0, prefixBytes + begin), rest);
}
