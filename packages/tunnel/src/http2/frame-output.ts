import { frameHeadBytes, writeFrameHead } from './frame.ts';

/** Payloads from here on leave by reference; smaller ones are copied together, as a piece of its own costs more than its bytes. */
const copiedBytes = 4 * 1024;
/** A connection that says little keeps a small slab; one that says much in a turn gets larger ones. */
const leastSlabBytes = 2 * 1024;
const mostSlabBytes = 32 * 1024;

/** Gathers the frames of one turn, so that they leave by one write. */
export class FrameOutput {
  #slab: Buffer = Buffer.allocUnsafeSlow(leastSlabBytes);
  /** What of the slab was gathered since the last piece: from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #pieces: Buffer[] = [];
  #length = 0;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** A frame. `head` begins its payload (a few bytes, copied), `body` is the rest: not to be changed until it left. */
  frame(type: number, flags: number, stream: number, body: Buffer, head?: Buffer): void {
    const headBytes = head?.length ?? 0;
    const copied = body.length < copiedBytes;
    this.#reserve(frameHeadBytes + headBytes + (copied ? body.length : 0));
    writeFrameHead(this.#slab, this.#end, headBytes + body.length, type, flags, stream);
    this.#end += frameHeadBytes;
    if (head !== undefined) this.#end += head.copy(this.#slab, this.#end);
    this.#length += frameHeadBytes + headBytes + body.length;
    if (copied) {
      this.#end += body.copy(this.#slab, this.#end);
      return;
    }
    this.#cut();
    this.#pieces.push(body);
  }

  /** Bytes that are no frame: the preface. */
  raw(bytes: Buffer): void {
    this.#cut();
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes all that waits, in order. */
  take(): readonly Buffer[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    return pieces;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return;
    this.#cut();
    // The old one lives as long as what was taken of it.
    this.#slab = Buffer.allocUnsafeSlow(Math.max(bytes, leastSlabBytes, Math.min(4 * this.#length, mostSlabBytes)));
    this.#start = 0;
    this.#end = 0;
  }

  #cut(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
