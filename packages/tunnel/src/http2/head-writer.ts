import { defaultFrameBytes, frameFlags, frameTypes } from './frame.ts';
import type { HeaderList } from './header-field.ts';
import { encodeHeaders } from './hpack-encoder.ts';

/** A frame of a head, but for its stream. */
export interface HeadFrame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** Writes the heads and trailers of one connection, in their order. */
export class HeadWriter {
  #tableSizeSaid = false;

  /** HEADERS, and CONTINUATIONs where it is long. `end`: nothing follows on the stream. */
  write(headers: HeaderList, end: boolean): readonly HeadFrame[] {
    const encoded = encodeHeaders(headers);
    // Our encoder keeps no table; who shrinks it has to be told once (RFC 7541, section 4.2).
    const block = this.#tableSizeSaid ? encoded : Buffer.concat([Buffer.of(0x20), encoded]);
    this.#tableSizeSaid = true;
    const frames: HeadFrame[] = [];
    for (let at = 0; at < block.length; at += defaultFrameBytes) {
      const first = at === 0;
      const last = at + defaultFrameBytes >= block.length;
      frames.push({
        type: first ? frameTypes.headers : frameTypes.continuation,
        flags: (first && end ? frameFlags.endStream : 0) | (last ? frameFlags.endHeaders : 0),
        payload: block.subarray(at, at + defaultFrameBytes),
      });
    }
    return frames;
  }
}
