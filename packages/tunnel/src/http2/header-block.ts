import { frameFlags, frameTypes } from './frame.ts';
import type { FrameHead } from './frame-reader.ts';
import type { HeaderList } from './header-field.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { http2Codes, toHttp2Violation } from './http2-error.ts';
import { fixedTunnelLimits } from '../limits.ts';

const maxBytes = fixedTunnelLimits.http2HeadBytes.value;
const maxFrames = fixedTunnelLimits.http2HeadFrames.value;

/** A whole head or trailer. */
export interface ReceivedHeaders {
  readonly stream: number;
  readonly headers: HeaderList;
  /** Nothing follows on the stream from the other end. */
  readonly end: boolean;
}

/** Puts HEADERS and its CONTINUATIONs together, and decodes them. */
export class HeaderBlock {
  readonly #decoder = new HpackDecoder(maxBytes);
  #begun: { readonly stream: number; readonly end: boolean; readonly pieces: Buffer[] } | undefined;

  /** Whether a block has begun and nothing but its next CONTINUATION may come. */
  get open(): boolean {
    return this.#begun !== undefined;
  }

  /** Takes a HEADERS or CONTINUATION frame; undefined while more has to come. Throws `protocol_violation`. */
  add(head: FrameHead, payload: Buffer): ReceivedHeaders | undefined {
    const begun = this.#begun ?? { stream: head.stream, end: (head.flags & frameFlags.endStream) !== 0, pieces: [] };
    if (head.stream === 0 || begun.stream !== head.stream) throw toHttp2Violation('interrupted a head');
    begun.pieces.push(head.type === frameTypes.headers ? strip(head, payload) : Buffer.from(payload));
    const bytes = begun.pieces.reduce((sum, { length }) => sum + length, 0);
    if (bytes > maxBytes || begun.pieces.length > maxFrames) {
      throw toHttp2Violation('sent a head that is too large', http2Codes.enhanceYourCalm);
    }
    this.#begun = begun;
    if ((head.flags & frameFlags.endHeaders) === 0) return undefined;
    this.#begun = undefined;
    return { stream: begun.stream, headers: this.#decoder.decode(Buffer.concat(begun.pieces)), end: begun.end };
  }
}

/** HEADERS without padding and priority (RFC 9113, section 6.2). */
function strip({ flags }: FrameHead, payload: Buffer): Buffer {
  const padded = (flags & frameFlags.padded) !== 0;
  const start = (padded ? 1 : 0) + ((flags & frameFlags.priority) !== 0 ? 5 : 0);
  const end = payload.length - (padded ? (payload[0] ?? 0) : 0);
  if (end < start) throw toHttp2Violation('sent more padding than its frame has room for');
  // A block that goes on outlives the bytes that it came in.
  return Buffer.from(payload.subarray(start, end));
}
