import type { OnReadOpts } from 'node:net';

/**
 * Where every socket reads into: one buffer for all, as each read is copied out before the next can happen. A short message then
 * costs a small copy, where Node.js itself would allocate 64 KiB for each read; and a connection that waits holds no buffer.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** The `onread` option of a socket: `deliver` gets what was read, and owns it. */
export function createOnRead(deliver: (bytes: Buffer) => void): OnReadOpts {
  return {
    buffer: readBuffer,
    callback: (length) => {
      const bytes = Buffer.allocUnsafe(length);
      readBuffer.copy(bytes, 0, 0, length);
      deliver(bytes);
      return true;
    },
  };
}
