import { CR, LF, SEMICOLON, hexDigit } from './chars.ts';
import { ChunkExtension } from './chunk-extension.ts';
import { FieldNames } from './field-names.ts';
import { FieldSection, type FieldSink } from './field-section.ts';
import { http1Limits } from './limits.ts';
import type { Progress, Refusal } from './refusal.ts';

const step = {
  length: 0,
  sizeStart: 1,
  size: 2,
  extension: 3,
  sizeLineFeed: 4,
  data: 5,
  dataReturn: 6,
  dataLineFeed: 7,
  trailers: 8,
  close: 9,
  done: 10,
} as const;

/** 13 hexadecimal digits are 2^52: every size stays an exact number. */
const sizeDigitsMax = 13;

function refuse(message: string): Refusal {
  return { code: 'protocol_violation', message };
}

const badSize = refuse('A chunk does not begin with a hexadecimal size and CR LF.');
const badEnd = refuse('A chunk is not followed by CR LF.');
const badExtension = refuse('The extensions of a chunk are malformed.');
const longExtension = refuse(`The extensions of a chunk are longer than ${http1Limits.chunkExtensionBytes.value} bytes.`);
const longTrailers = refuse(`The trailers are larger than ${http1Limits.trailerBytes.value} bytes.`);
const badTrailer = refuse('A trailer names a field of framing or routing.');

/** A trailer that some server merged into the head would change framing or routing behind our back. */
const forbiddenTrailers = ['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade'] as const;

const trailerSink: FieldSink = { onField: (name) => (name.collected ? badTrailer : undefined) };

/**
 * The names that may not come as trailers: those of framing and `routingNames`, in lower case. For a `BodyScanner`; make them once and
 * share them, as they take some kilobytes.
 */
export function createTrailerNames(routingNames: Iterable<string>): FieldNames {
  return new FieldNames([...forbiddenTrailers, ...routingNames]);
}

const framingTrailers: FieldNames = createTrailerNames([]);

/**
 * Finds where a body ends, without changing or keeping a byte (RFC 9112 sections 6 and 7). Resumable at every byte.
 * After `begin`, call `scan` with each piece; `position` is the index behind the last byte that belongs to the body.
 */
export class BodyScanner {
  refusal: Refusal | undefined;
  /** Index into the last piece, behind what belongs to the body. */
  position = 0;

  readonly #trailers: FieldSection;
  readonly #extension: ChunkExtension = new ChunkExtension();
  #state: number = step.done;
  #remaining = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;

  /** @param trailerNames those of `createTrailerNames`; without, those of framing alone */
  constructor(trailerNames: FieldNames = framingTrailers) {
    this.#trailers = new FieldSection(trailerNames, trailerSink, true);
  }

  /** Begins a body of `bytes` bytes; -1 is chunked, -2 until the connection closes. */
  begin(bytes: number): void {
    this.refusal = undefined;
    this.#remaining = bytes;
    if (bytes === 0) this.#state = step.done;
    else if (bytes > 0) this.#state = step.length;
    else this.#state = bytes === -1 ? step.sizeStart : step.close;
  }

  get done(): boolean {
    return this.#state === step.done;
  }

  /** Whether the end of the connection is the end of this body. */
  get endsWithConnection(): boolean {
    return this.#state === step.close;
  }

  /** Uses `bytes[start..end)` as far as it belongs to the body. */
  scan(bytes: Buffer, start: number, end: number): Progress {
    if (this.#state === step.length) return this.#scanLength(start, end);
    if (this.#state === step.close) {
      this.position = end;
      return 'more';
    }
    return this.#scanChunks(bytes, start, end);
  }

  #scanLength(start: number, end: number): Progress {
    const used = Math.min(this.#remaining, end - start);
    this.#remaining -= used;
    this.position = start + used;
    if (this.#remaining > 0) return 'more';
    this.#state = step.done;
    return 'done';
  }

  #scanChunks(bytes: Buffer, start: number, end: number): Progress {
    let at = start;
    for (;;) {
      if (this.#state === step.done) {
        this.position = at;
        return 'done';
      }
      if (at >= end) {
        this.position = end;
        return 'more';
      }
      switch (this.#state) {
        case step.sizeStart:
          this.#remaining = 0;
          this.#digits = 0;
          this.#extensionBytes = 0;
          this.#state = step.size;
          break;
        case step.size: {
          const byte = bytes[at] ?? 0;
          const digit = hexDigit[byte] ?? 255;
          if (digit !== 255) {
            if (++this.#digits > sizeDigitsMax) return this.#refuse(badSize);
            this.#remaining = this.#remaining * 16 + digit;
            at++;
            break;
          }
          if (this.#digits === 0) return this.#refuse(badSize);
          if (byte === CR) this.#state = step.sizeLineFeed;
          else if (byte === SEMICOLON) {
            this.#state = step.extension;
            this.#extension.begin();
          } else return this.#refuse(badSize);
          at++;
          break;
        }
        case step.extension: {
          const byte = bytes[at] ?? 0;
          if (byte === CR && this.#extension.isComplete) this.#state = step.sizeLineFeed;
          else if (!this.#extension.take(byte)) return this.#refuse(badExtension);
          else if (++this.#extensionBytes > http1Limits.chunkExtensionBytes.value) return this.#refuse(longExtension);
          at++;
          break;
        }
        case step.sizeLineFeed:
          if (bytes[at] !== LF) return this.#refuse(badSize);
          at++;
          this.#beginChunk();
          break;
        case step.data: {
          const used = Math.min(this.#remaining, end - at);
          this.#remaining -= used;
          at += used;
          if (this.#remaining === 0) this.#state = step.dataReturn;
          break;
        }
        case step.dataReturn:
          if (bytes[at] !== CR) return this.#refuse(badEnd);
          at++;
          this.#state = step.dataLineFeed;
          break;
        case step.dataLineFeed:
          if (bytes[at] !== LF) return this.#refuse(badEnd);
          at++;
          this.#state = step.sizeStart;
          break;
        default: {
          const progress = this.#scanTrailers(bytes, at, end);
          if (progress !== 'done') return progress;
          at = this.position;
        }
      }
    }
  }

  #beginChunk(): void {
    if (this.#remaining > 0) {
      this.#state = step.data;
      return;
    }
    this.#state = step.trailers;
    this.#trailerBytes = 0;
    this.#trailers.begin(0);
  }

  #scanTrailers(bytes: Buffer, at: number, end: number): Progress {
    const bound = Math.min(end, at + http1Limits.trailerBytes.value - this.#trailerBytes);
    this.#trailers.position = 0;
    const progress = this.#trailers.parse(bytes, at, bound);
    if (progress === 'refused') return this.#refuse(this.#trailers.refusal ?? badTrailer);
    if (progress === 'more' && bound < end) return this.#refuse(longTrailers);
    this.#trailerBytes += this.#trailers.position;
    this.position = at + this.#trailers.position;
    if (progress === 'done') this.#state = step.done;
    return progress;
  }

  #refuse(refusal: Refusal): Progress {
    this.refusal = refusal;
    return 'refused';
  }
}
