import { http1Limits } from './limits.ts';

/**
 * The bytes of a head whose parse still stands: the clients and servers of kept-alive connections repeat themselves, and comparing costs
 * a fraction of parsing. A parser stops where its head ends and looks at nothing behind it, so equal bytes have equal meaning.
 *
 * Only what came twice in the same length is worth remembering.
 */
export class KnownHead {
  /** Of the head that is known; 0: none is. */
  #length = 0;
  #bytes: Buffer | undefined;
  #lastLength = 0;

  /** Whether `bytes[from..to)` begins with the known head. If not, it is forgotten. */
  recognize(bytes: Buffer, from: number, to: number): boolean {
    const length = this.#length;
    if (length === 0 || this.#bytes === undefined) return false;
    if (to - from >= length && bytes.compare(this.#bytes, 0, length, from, from + length) === 0) return true;
    this.#length = this.#lastLength = 0;
    return false;
  }

  /** The head `bytes[from..to)` was parsed; it is known from now on if the one before it was as long. */
  learn(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length === this.#lastLength && length <= http1Limits.knownHeadBytes.value) {
      // Of its own, as a piece of the pool would keep its neighbours alive for as long as the connection is open.
      if (this.#bytes === undefined || this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
      bytes.copy(this.#bytes, 0, from, to);
      this.#length = length;
    }
    this.#lastLength = length;
  }
}
