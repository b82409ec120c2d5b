/** Collects a message head that comes in pieces. Grows by doubling, so that many small pieces cost no more than one large one. */
export class HeadBuffer {
  #bytes: Buffer | undefined;
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Appends a piece and returns all that was collected. The result is valid until the next call. */
  append(piece: Buffer): Buffer {
    const length = this.#length + piece.length;
    if (this.#bytes === undefined || this.#bytes.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(512, 2 * length));
      this.#bytes?.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
    return this.#bytes.subarray(0, length);
  }

  /** Gives the memory away: the bytes returned by the last `append` belong to the caller from now on. */
  release(): void {
    this.#bytes = undefined;
    this.#length = 0;
  }
}
