const none: Buffer = Buffer.alloc(0);

/**
 * A stretch of received bytes that goes on as it came, in one write. It grows while a piece of input is framed and is sent when
 * something else must go out in between, or when the piece is used up.
 */
export class ByteRun {
  readonly #send: (bytes: Buffer) => void;
  #bytes: Buffer = none;
  #start = 0;
  #end = 0;

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
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

  /** Sends what the run holds. */
  flush(): void {
    const start = this.#start;
    const end = this.#end;
    if (start === end) return;
    this.#start = end;
    this.#send(start === 0 && end === this.#bytes.length ? this.#bytes : this.#bytes.subarray(start, end));
  }

  /** The piece is used up: sends what is left and lets go of its memory. */
  finish(): void {
    this.flush();
    this.drop();
  }

  /** Lets go of the piece; what was not sent is lost. */
  drop(): void {
    this.#bytes = none;
    this.#start = this.#end = 0;
  }
}
