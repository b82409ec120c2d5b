import { fieldValue } from './chars.ts';
import { http1Limits } from './limits.ts';
import { SkippedValues } from './skipped-values.ts';

const bytesMax = http1Limits.knownHeadBytes.value;

/** Failures double the number of heads that are not learnt, up to about this. */
const patienceMax = 64;

/**
 * The bytes of a head whose parse still stands: the clients and servers of kept-alive connections repeat themselves, and comparing costs
 * a fraction of parsing. A parser stops where its head ends and looks at nothing behind it, so equal bytes have equal meaning.
 *
 * Some heads are the same but for a time or a trace id. Where such values differed, the known head has gaps. A gap is the whole value of a
 * field that nobody asked for, and any value, of any length, may stand there; so the parse stands but for where the head ends.
 *
 * Only what came twice in the same shape is worth remembering.
 */
export class KnownHead {
  /** Where the parser notes the values that it skips in the head it parses. */
  readonly skipped: SkippedValues = new SkippedValues();
  /** Of the head that is known; 0: none is. */
  #length = 0;
  /** Its bytes; when none is known, those of the last that was. */
  #bytes: Buffer | undefined;
  /** Begins and ends of the gaps in it, in turn. */
  #gaps: readonly number[] = [];
  /** Begins and ends of its skipped values, in turn. */
  #values: readonly number[] = [];
  /** How many bytes of the last head are not skipped values, and how many values were. */
  #lastFixed = 0;
  #lastCount = 0;
  /** So many heads are not learnt. */
  #rest = 0;
  #patience = 0;

  /** Whether heads that are recognised may differ from each other. */
  get hasGaps(): boolean {
    return this.#gaps.length > 0;
  }

  /** Behind the known head that `bytes[from..to)` begins with, or -1: then it is forgotten. */
  recognize(bytes: Buffer, from: number, to: number): number {
    if (this.#length === 0 || this.#bytes === undefined) return -1;
    const end = this.#match(bytes, from, Math.min(to, from + bytesMax), this.#bytes);
    if (end === -1) {
      this.#length = 0;
      this.#rest = this.#patience;
      this.#patience = Math.min(2 * this.#patience + 1, patienceMax);
    } else this.#patience = 0;
    return end;
  }

  /** The head `bytes[from..to)` was parsed; it is known from now on if the one before it had the same shape. */
  learn(bytes: Buffer, from: number, to: number): void {
    const { skipped } = this;
    const { count } = skipped;
    if (this.#rest > 0) {
      this.#rest--;
      return;
    }
    const length = to - from;
    const fixed = skipped.isOverflown || length > bytesMax ? -1 : length - skipped.bytes;
    const isSameShape = fixed === this.#lastFixed && count === this.#lastCount && fixed !== -1;
    if (isSameShape) this.#keep(bytes, from, length);
    else this.#values = [];
    this.#lastFixed = fixed;
    this.#lastCount = count;
  }

  #match(bytes: Buffer, from: number, to: number, known: Buffer): number {
    const gaps = this.#gaps;
    let at = from;
    let start = 0;
    for (let index = 0; ; index += 2) {
      const end = gaps[index] ?? this.#length;
      const next = at + end - start;
      if (next > to || bytes.compare(known, start, end, at, next) !== 0) return -1;
      if (index >= gaps.length) return next;
      at = next;
      // What follows the gap begins with the CR that ends a value.
      while (at < to && fieldValue[bytes[at] ?? 0] === 1) at++;
      start = gaps[index + 1] ?? 0;
    }
  }

  #keep(bytes: Buffer, from: number, length: number): void {
    this.#gaps = this.#findGaps(bytes, from);
    const values: number[] = [];
    for (let index = 0; index < this.skipped.count; index++) values.push(this.skipped.startOf(index), this.skipped.endOf(index));
    this.#values = values;
    // Of its own, as a piece of the pool would keep its neighbours alive for as long as the connection is open.
    if (this.#bytes === undefined || this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
    bytes.copy(this.#bytes, 0, from, from + length);
    this.#length = length;
  }

  /** Where the head that was just parsed has another value than the one that was known. */
  #findGaps(bytes: Buffer, from: number): readonly number[] {
    const known = this.#bytes;
    const values = this.#values;
    const gaps: number[] = [];
    if (known === undefined || values.length === 0) return gaps;
    for (let index = 0; index < this.skipped.count; index++) {
      const start = this.skipped.startOf(index);
      const end = this.skipped.endOf(index);
      const [knownStart = 0, knownEnd = 0] = [values[2 * index], values[2 * index + 1]];
      const isGap = this.#isGap(knownStart);
      if (isGap || known.compare(bytes, from + start, from + end, knownStart, knownEnd) !== 0) gaps.push(start, end);
    }
    return gaps;
  }

  /** What differed once will differ again. */
  #isGap(knownStart: number): boolean {
    for (let index = 0; index < this.#gaps.length; index += 2) if (this.#gaps[index] === knownStart) return true;
    return false;
  }
}
