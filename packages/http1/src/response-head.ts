import { CR, LF, SP, fieldValue } from './chars.ts';
import { FieldNames } from './field-names.ts';
import { FieldSection } from './field-section.ts';
import { FramingFields } from './framing-fields.ts';
import { KnownHead } from './known-head.ts';
import { http1Limits } from './limits.ts';
import type { Progress, Refusal } from './refusal.ts';

const step = { begin: 0, version: 1, reason: 2, lineFeed: 3, fields: 4 } as const;

/** `HTTP/1.x NNN`: what every status line begins with. */
const prefix = Buffer.from('HTTP/1.');
const prefixLength = prefix.length + 5;

const noNames: FieldNames = new FieldNames([]);

function refuse(message: string): Refusal {
  return { code: 'upstream_violation', message };
}

const badLine = refuse('The status line is not HTTP/1.1 or HTTP/1.0 with a status from 100 to 599.');
const badEmpty = refuse('A response that has no body says that it has one, or an interim response is of HTTP/1.0.');
const tooLarge = refuse(`The response head is larger than ${http1Limits.headBytes.value} bytes.`);

/** How the body of a response is delimited: a number of bytes, -1 for chunked, -2 for until the connection closes. */
export const untilClose = -2;

/** A resumable, strict parser of response heads (RFC 9112 sections 4 and 5), used like `RequestHeadParser`. */
export class ResponseHeadParser {
  readonly framing: FramingFields = new FramingFields('response');
  refusal: Refusal | undefined;
  position = 0;
  status = 0;
  minor = 1;
  /** The head is byte for byte the one before it. */
  isRepeated = false;

  readonly #known: KnownHead = new KnownHead();
  readonly #section: FieldSection = new FieldSection(noNames, this.framing, false, this.#known.skipped);
  #state: number = step.begin;

  begin(): void {
    this.position = 0;
    this.#state = step.begin;
  }

  get begun(): boolean {
    return this.position > 0;
  }

  /** Length of the body (RFC 9112 section 6.3): bytes, -1 for chunked, `untilClose`. */
  bodyBytes(requestMethod: string): number {
    if (requestMethod === 'HEAD' || this.status < 200 || this.status === 204 || this.status === 304) return 0;
    if (this.framing.chunked) return -1;
    return this.framing.contentLength === -1 ? untilClose : this.framing.contentLength;
  }

  /** Goes on with what stands in `bytes` up to `end`; the message begins at `base`. */
  parse(bytes: Buffer, base: number, end: number): Progress {
    if (this.#state === step.begin && this.#recognize(bytes, base, end)) return 'done';
    // Nothing beyond the limit is looked at, so the refusal does not depend on how the input was cut.
    const bound = Math.min(end, base + http1Limits.headBytes.value);
    const progress = this.#state === step.fields ? this.#parseFields(bytes, base, bound) : this.#parseLine(bytes, base, bound);
    return progress === 'more' && bound < end ? this.#refuse(tooLarge) : progress;
  }

  /** Whether all that the last parse found is true of this head too; else nothing of it is left. */
  #recognize(bytes: Buffer, base: number, end: number): boolean {
    const knownEnd = this.#known.recognize(bytes, base, end);
    const isAlike = knownEnd !== -1;
    this.isRepeated = isAlike && !this.#known.hasGaps;
    if (isAlike) this.position = knownEnd - base;
    else {
      this.framing.begin();
      this.refusal = undefined;
      this.#state = step.version;
    }
    return isAlike;
  }

  #parseLine(bytes: Buffer, base: number, end: number): Progress {
    if (this.#state === step.version) {
      const available = Math.min(end - base, prefixLength);
      if (!this.#isPrefix(bytes, base, available)) return this.#refuse(badLine);
      this.position = available;
      if (available < prefixLength) return 'more';
      this.status = readStatus(bytes, base + prefix.length + 2);
      if (this.status < 100 || this.status > 599) return this.#refuse(badLine);
      this.#state = step.reason;
    }
    let at = base + this.position;
    if (this.#state === step.reason) {
      if (at < end && this.position === prefixLength && bytes[at] !== SP && bytes[at] !== CR) return this.#refuse(badLine);
      while (at < end && fieldValue[bytes[at] ?? 0] === 1) at++;
      this.position = at - base;
      if (at === end) return 'more';
      if (bytes[at] !== CR) return this.#refuse(badLine);
      at++;
      this.#state = step.lineFeed;
    }
    this.position = at - base;
    if (at === end) return 'more';
    if (bytes[at] !== LF) return this.#refuse(badLine);
    this.#section.begin(at + 1 - base);
    this.#state = step.fields;
    return this.#parseFields(bytes, base, end);
  }

  /** Checks the first `length` bytes of `HTTP/1.x NNN`. */
  #isPrefix(bytes: Buffer, base: number, length: number): boolean {
    for (let index = 0; index < length; index++) {
      const byte = bytes[base + index] ?? 0;
      if (index < prefix.length) {
        if (byte !== prefix[index]) return false;
      } else if (index === prefix.length) {
        if (byte !== 48 && byte !== 49) return false;
        this.minor = byte - 48;
      } else if (index === prefix.length + 1) {
        if (byte !== SP) return false;
      } else if (byte < 48 || byte > 57) return false;
    }
    return true;
  }

  #parseFields(bytes: Buffer, base: number, end: number): Progress {
    const progress = this.#section.parse(bytes, base, end);
    this.position = this.#section.position;
    if (progress === 'refused') return this.#refuse(refuse(this.#section.refusal?.message ?? badLine.message));
    if (progress === 'more') return 'more';
    const refusal = this.framing.finish(this.minor);
    if (refusal !== undefined) return this.#refuse(refuse(refusal.message));
    if (this.#isContradiction) return this.#refuse(badEmpty);
    this.#known.learn(bytes, base, base + this.position);
    return 'done';
  }

  /** Interim responses and 204 have no body and say nothing of one (RFC 9110 section 8.6); HTTP/1.0 has no interim ones. */
  get #isContradiction(): boolean {
    if (this.status >= 200 && this.status !== 204) return false;
    return this.framing.chunked || this.framing.contentLength > 0 || (this.minor === 0 && this.status < 200);
  }

  #refuse(refusal: Refusal): Progress {
    this.refusal = refusal;
    return 'refused';
  }
}

/** Three digits, checked before. */
function readStatus(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) * 100 + (bytes[at + 1] ?? 0) * 10 + (bytes[at + 2] ?? 0) - 48 * 111;
}
