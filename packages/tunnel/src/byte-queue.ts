/** Smaller pieces are copied together, so that many small ones cost about what their bytes cost. */
const smallBytes = 1024;
const leastBlockBytes = 1024;
const mostBlockBytes = 8 * 1024;

/** Bytes that wait in order. Large pieces are kept by reference. */
export class ByteQueue {
  #pieces: Buffer[] = [];
  /** Where small pieces are gathered: the last piece is `#block` from `#blockStart` to `#blockEnd`. */
  #block: Buffer | undefined;
  #blockStart = 0;
  #blockEnd = 0;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Buffer): void {
    this.#length += bytes.length;
    if (bytes.length < smallBytes && this.#pieces.length > 0) return this.#gather(bytes);
    this.#pieces.push(bytes);
    this.#block = undefined;
  }

  /** As `push`, but nothing of the memory around `bytes` is kept with them. */
  pushCopy(bytes: Buffer): void {
    this.#length += bytes.length;
    this.#gather(bytes);
  }

  #gather(bytes: Buffer): void {
    if (this.#block === undefined || this.#block.length - this.#blockEnd < bytes.length) {
      // As much again as waits, so that a little costs little.
      this.#block = Buffer.allocUnsafeSlow(Math.max(bytes.length, leastBlockBytes, Math.min(this.#length, mostBlockBytes)));
      this.#blockStart = 0;
      this.#blockEnd = 0;
      this.#pieces.push(this.#block);
    }
    this.#blockEnd += bytes.copy(this.#block, this.#blockEnd);
    this.#pieces[this.#pieces.length - 1] = this.#block.subarray(this.#blockStart, this.#blockEnd);
  }

  /** Takes the next piece, as it comes; undefined when nothing waits. */
  shift(): Buffer | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    if (this.#pieces.length === 0) this.#block = undefined;
    this.#length -= piece.length;
    return piece;
  }

  /** Moves the next `count` bytes (at most `length`) to `target` from `at` on. */
  moveTo(target: Buffer, at: number, count: number): void {
    let left = count;
    for (const piece of this.#pieces) {
      left -= piece.copy(target, at + count - left, 0, left);
      if (left === 0) break;
    }
    this.drop(count);
  }

  /** Drops the next `count` bytes (at most `length`). */
  drop(count: number): void {
    this.#length -= count;
    let left = count;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (left < piece.length) return this.#cutFirst(whole, piece.subarray(left));
      left -= piece.length;
      whole++;
    }
    this.#pieces = [];
    this.#block = undefined;
  }

  /** Puts all bytes of `front` before those that wait here; `front` is empty then. */
  prepend(front: ByteQueue): void {
    this.#pieces = [...front.#pieces, ...this.#pieces];
    this.#length += front.#length;
    front.clear();
  }

  /** Drops the first `whole` pieces; what is left of the next one is `rest`. */
  #cutFirst(whole: number, rest: Buffer): void {
    this.#pieces.splice(0, whole);
    this.#pieces[0] = rest;
    if (this.#pieces.length === 1) this.#blockStart = this.#blockEnd - rest.length;
  }

  clear(): void {
    this.#pieces = [];
    this.#block = undefined;
    this.#length = 0;
  }
}
