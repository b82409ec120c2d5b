const none: Buffer = Buffer.alloc(0);

/** Up to this size bytes are copied together, as one write costs more than the copy. */
const joinedBytesMax = 16 * 1024;

/** Takes bytes that go on. */
export interface ByteSink {
  onBytes(bytes: Buffer): void;
}

/**
 * A stretch of received bytes that goes on as it came, in one write. It grows while a piece of input is framed and is sent when
 * something else must go out in between, or when the piece is used up.
 */
export class ByteRun {
  readonly #sink: ByteSink;
  #bytes: Buffer = none;
  /** Goes out before the run: a head that took another's place. */
  #before: Buffer | undefined;
  #start = 0;
  #end = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Where the run begins in the piece. */
  get start(): number {
    return this.#start;
  }

  /** Begins an empty run at the begin of a new piece. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#start = this.#end = 0;
  }

  /** Everything before `end` goes on. */
  extendTo(end: number): void {
    this.#end = end;
  }

  /** Sends what the run holds; what stands before `start` from there on was sent otherwise, or is dropped. */
  skipTo(start: number): void {
    this.flush();
    this.#start = this.#end = start;
  }

  /** `bytes` go out in the place of what stands before `start`; the run goes on there. */
  replaceTo(start: number, bytes: Buffer): void {
    this.skipTo(start);
    this.#before = bytes;
  }

  /** Sends what the run holds. */
  flush(): void {
    const bytes = this.#bytes;
    const start = this.#start;
    const end = this.#end;
    const before = this.#before;
    this.#start = end;
    if (before !== undefined) {
      this.#before = undefined;
      this.#sendBoth(before, bytes, start, end);
    } else if (start < end) this.#sink.onBytes(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  }

  #sendBoth(before: Buffer, bytes: Buffer, start: number, end: number): void {
    if (start === end) this.#sink.onBytes(before);
    else if (end - start > joinedBytesMax) {
      this.#sink.onBytes(before);
      this.#sink.onBytes(bytes.subarray(start, end));
    } else {
      const joined = Buffer.allocUnsafe(before.length + end - start);
      before.copy(joined);
      bytes.copy(joined, before.length, start, end);
      this.#sink.onBytes(joined);
    }
  }

  /** The piece is used up: sends what is left and lets go of its memory. */
  finish(): void {
    this.flush();
    this.drop();
  }

  /** Lets go of the piece; what was not sent is lost. */
  drop(): void {
    this.#bytes = none;
    this.#before = undefined;
    this.#start = this.#end = 0;
  }
}
