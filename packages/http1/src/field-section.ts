import { COLON, CR, LF, SP, TAB, fieldValue, lowerToken } from './chars.ts';
import { hashStep, type FieldName, type FieldNames } from './field-names.ts';
import type { Progress, Refusal } from './refusal.ts';
import type { SkippedValues } from './skipped-values.ts';

/** Receives the recognised fields of a section. */
export interface FieldSink {
  /**
   * A recognised field; its value, without surrounding white space, is `bytes[start..end)`; `line` counts all field
   * lines of the section from 0. Returns why the field is refused, or undefined.
   */
  onField(name: FieldName, bytes: Buffer, start: number, end: number, line: number): Refusal | undefined;
}

const step = { lineStart: 0, name: 1, beforeValue: 2, value: 3, lineFeed: 4, lastLineFeed: 5 } as const;

const bare: Refusal = {
  code: 'protocol_violation',
  message: 'A line does not end with CR LF, or a field value holds a control character.',
};
const badName: Refusal = {
  code: 'protocol_violation',
  message: 'A field line does not begin with a name and a colon (folded lines are refused).',
};

/**
 * A resumable parser of field lines up to and including the empty line (RFC 9112 section 5), for heads and trailers.
 * It looks at each byte once, wherever the input is cut. Strict: CR LF only, no folding, no space before the colon.
 *
 * `base` is where the message begins in `bytes`. Between two calls the caller may move the message (a growing buffer),
 * so positions are kept relative to it.
 */
export class FieldSection {
  refusal: Refusal | undefined;
  /** Behind the last byte used, relative to `base`. */
  position = 0;

  readonly #names: FieldNames;
  readonly #sink: FieldSink;
  readonly #moving: boolean;
  readonly #skipped: SkippedValues | undefined;
  #state: number = step.lineStart;
  #line = 0;
  #hash = 0;
  #nameBytes = 0;
  #start = 0;
  #name: FieldName | undefined;

  /**
   * @param moving whether earlier pieces are gone when the next one comes (trailers, which are not kept): names are then
   *   recognised by their hash alone, and the positions that the sink gets mean nothing
   * @param skipped gets the places of the values of all other fields
   */
  constructor(names: FieldNames, sink: FieldSink, moving = false, skipped?: SkippedValues) {
    this.#names = names;
    this.#sink = sink;
    this.#moving = moving;
    this.#skipped = skipped;
  }

  /** Begins a new section at `position`, relative to the base. */
  begin(position: number): void {
    this.position = position;
    this.refusal = undefined;
    this.#state = step.lineStart;
    this.#line = 0;
    this.#skipped?.begin();
  }

  /** Goes on from `position` with what stands in `bytes` up to `end`. */
  parse(bytes: Buffer, base: number, end: number): Progress {
    let at = base + this.position;
    for (;;) {
      if (at >= end) return this.#pause(at - base);
      switch (this.#state) {
        case step.lineStart:
          if (bytes[at] === CR) {
            at++;
            this.#state = step.lastLineFeed;
            break;
          }
          this.#start = at - base;
          this.#hash = 0;
          this.#nameBytes = 0;
          this.#state = step.name;
          break;
        case step.name: {
          const from = at;
          let hash = this.#hash;
          let lower = 0;
          while (at < end && (lower = lowerToken[bytes[at] ?? 0] ?? 0) !== 0) {
            hash = hashStep(hash, lower);
            at++;
          }
          this.#hash = hash;
          this.#nameBytes += at - from;
          if (at === end) break;
          if (bytes[at] !== COLON || this.#nameBytes === 0) return this.#refuse(badName);
          this.#name = this.#moving ? this.#names.findLikely(hash, this.#nameBytes) : this.#names.find(hash, bytes, base + this.#start, at);
          at++;
          this.#state = step.beforeValue;
          break;
        }
        case step.beforeValue:
          while (at < end && (bytes[at] === SP || bytes[at] === TAB)) at++;
          if (at === end) break;
          this.#start = at - base;
          this.#state = step.value;
          break;
        case step.value:
          while (at < end && fieldValue[bytes[at] ?? 0] === 1) at++;
          if (at === end) break;
          if (bytes[at] !== CR) return this.#refuse(bare);
          if (this.#name === undefined) this.#skipped?.add(this.#start, at - base);
          else if (!this.#deliver(this.#name, bytes, base, at)) return 'refused';
          at++;
          this.#state = step.lineFeed;
          break;
        case step.lineFeed:
          if (bytes[at] !== LF) return this.#refuse(bare);
          at++;
          this.#line++;
          this.#state = step.lineStart;
          break;
        default:
          if (bytes[at] !== LF) return this.#refuse(bare);
          this.position = at + 1 - base;
          return 'done';
      }
    }
  }

  #deliver(name: FieldName, bytes: Buffer, base: number, at: number): boolean {
    const start = base + this.#start;
    let end = at;
    while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === TAB)) end--;
    this.refusal = this.#sink.onField(name, bytes, start, end, this.#line);
    return this.refusal === undefined;
  }

  #pause(position: number): Progress {
    this.position = position;
    return 'more';
  }

  #refuse(refusal: Refusal): Progress {
    this.refusal = refusal;
    return 'refused';
  }
}
