import { CR, LF, QUESTION, SP, lowerToken, targetChar } from './chars.ts';
import type { FieldNames } from './field-names.ts';
import { FieldSection } from './field-section.ts';
import { FramingFields } from './framing-fields.ts';
import { KnownHead } from './known-head.ts';
import { http1Limits } from './limits.ts';
import type { Progress, Refusal } from './refusal.ts';

const step = { begin: 0, start: 1, startLineFeed: 2, method: 3, target: 4, version: 5, fields: 6 } as const;

const httpVersion = Buffer.from('HTTP/1.');
/** `HTTP/1.x`, CR, LF. */
const versionLength = httpVersion.length + 3;

const badMethod: Refusal = { code: 'protocol_violation', message: 'The request line does not begin with a method and one space.' };
const badTarget: Refusal = { code: 'protocol_violation', message: 'The request-target holds a byte that is not visible ASCII.' };
const badVersion: Refusal = { code: 'protocol_violation', message: 'The request line does not end with HTTP/1.1 or HTTP/1.0 and CR LF.' };
const badForm: Refusal = {
  code: 'protocol_violation',
  message: 'The request-target is neither a path nor an absolute URI of the same Host.',
};
const noHost: Refusal = { code: 'protocol_violation', message: 'The request has no Host.' };
const connect: Refusal = { code: 'method_refused', message: 'CONNECT is not proxied.' };
const tooLarge: Refusal = { code: 'head_too_large', message: `The request head is larger than ${http1Limits.headBytes.value} bytes.` };

/** Methods that the relay treats specially, so that the common ones cost no string. */
const commonMethods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const methodBytesMax = http1Limits.methodBytes.value;

/**
 * A resumable, strict parser of request heads (RFC 9112 sections 2, 3 and 5). One parser serves all heads of a
 * connection: `begin()`, then `parse()` until it is `done`; what it found is valid until the next `begin()`.
 *
 * One CR LF before the request line is skipped and not counted into the head (RFC 9112 section 2.2).
 */
export class RequestHeadParser {
  readonly framing: FramingFields = new FramingFields('request');
  refusal: Refusal | undefined;
  /** Behind the last byte used, relative to the base; when done: the end of the head. */
  position = 0;
  /** Where the request line begins, relative to the base: 0, or 2 after a skipped empty line. */
  start = 0;
  method = '';
  /** Minor version: 0 or 1. */
  minor = 1;
  /** The request-target, relative to the base. */
  targetStart = 0;
  targetEnd = 0;
  /** Behind the first `?` of the target, relative to the base, or -1. */
  queryStart = -1;
  /**
   * What was found in the head before is true of this one too, but for `position`: it differs from it at most in values of fields
   * that nobody asked for.
   */
  isAlike = false;
  /** As `isAlike`, and the head is byte for byte the one before it. */
  isRepeated = false;

  readonly #known: KnownHead = new KnownHead();
  readonly #section: FieldSection;
  readonly #limitBytes: number;
  #state: number = step.begin;
  #knownStart = 0;

  constructor(names: FieldNames, limitBytes: number = http1Limits.headBytes.value) {
    this.#section = new FieldSection(names, this.framing, false, this.#known.skipped);
    this.#limitBytes = limitBytes;
  }

  begin(): void {
    this.position = 0;
    this.start = 0;
    this.#state = step.begin;
  }

  /** Whether a part of a head was seen: closing now would cut a request. */
  get begun(): boolean {
    return this.position > this.start;
  }

  /** Length of the request body: bytes, or -1 for chunked (RFC 9112 section 6.3). */
  get bodyBytes(): number {
    if (this.framing.chunked) return -1;
    return this.framing.contentLength === -1 ? 0 : this.framing.contentLength;
  }

  /** Whether the client asks to change the protocol and the relay must wait for the answer. */
  get upgrade(): boolean {
    return this.framing.connectionUpgrade && this.framing.upgrade !== '';
  }

  /** Goes on with what stands in `bytes` up to `end`; the message begins at `base`, which may differ from call to call. */
  parse(bytes: Buffer, base: number, end: number): Progress {
    if (this.#state === step.begin && this.#recognize(bytes, base, end)) return 'done';
    // Nothing beyond the limit is looked at, so the refusal does not depend on how the input was cut.
    const bound = Math.min(end, base + this.start + this.#limitBytes);
    const progress = this.#state === step.fields ? this.#parseFields(bytes, base, bound) : this.#parseLine(bytes, base, bound);
    if (progress !== 'more' || bound === end) return progress;
    // A skipped empty line has moved the bound.
    return this.position - this.start < this.#limitBytes ? this.parse(bytes, base, end) : this.#refuse(tooLarge);
  }

  /** Whether all that the last parse found is true of this head too; else nothing of it is left. */
  #recognize(bytes: Buffer, base: number, end: number): boolean {
    const knownEnd = this.#known.recognize(bytes, base, end);
    this.isAlike = knownEnd !== -1;
    this.isRepeated = this.isAlike && !this.#known.hasGaps;
    if (this.isAlike) {
      this.start = this.#knownStart;
      this.position = knownEnd - base;
    } else {
      this.framing.begin();
      this.refusal = undefined;
      this.method = '';
      this.queryStart = -1;
      this.#state = step.start;
    }
    return this.isAlike;
  }

  #parseLine(bytes: Buffer, base: number, end: number): Progress {
    let at = base + this.position;
    for (;;) {
      if (at >= end) return this.#pause(at - base);
      switch (this.#state) {
        case step.start:
          if (bytes[at] === CR) {
            at++;
            this.#state = step.startLineFeed;
            break;
          }
          this.#state = step.method;
          break;
        case step.startLineFeed:
          if (bytes[at] !== LF) return this.#refuse(badMethod);
          at++;
          this.start = at - base;
          this.#state = step.method;
          break;
        case step.method:
          while (at < end && lowerToken[bytes[at] ?? 0] !== 0) at++;
          if (at - base - this.start > methodBytesMax) return this.#refuse(badMethod);
          if (at === end) break;
          if (bytes[at] !== SP || at === base + this.start) return this.#refuse(badMethod);
          this.method = readMethod(bytes, base + this.start, at);
          at++;
          this.targetStart = at - base;
          this.#state = step.target;
          break;
        case step.target:
          at = this.#scanTarget(bytes, base, at, end);
          if (at === end) break;
          if (bytes[at] !== SP || at === base + this.targetStart) return this.#refuse(badTarget);
          this.targetEnd = at - base;
          at++;
          this.#state = step.version;
          break;
        default: {
          const from = base + this.targetEnd + 1;
          if (!isVersion(bytes, from, Math.min(end, from + versionLength))) return this.#refuse(badVersion);
          if (end - from < versionLength) return this.#pause(end - base);
          this.minor = (bytes[from + httpVersion.length] ?? 0) - 48;
          return this.#beginFields(bytes, base, end, from + versionLength - base);
        }
      }
    }
  }

  #scanTarget(bytes: Buffer, base: number, from: number, end: number): number {
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (targetChar[byte] === 0) break;
      if (byte === QUESTION && this.queryStart === -1) this.queryStart = at + 1 - base;
    }
    return at;
  }

  #beginFields(bytes: Buffer, base: number, end: number, position: number): Progress {
    if (this.method === 'CONNECT') return this.#refuse(connect);
    const first = bytes[base + this.targetStart];
    if (first === 42) {
      if (this.method !== 'OPTIONS' || this.targetEnd !== this.targetStart + 1) return this.#refuse(badForm);
    } else if (first !== 47) this.framing.keepHost = true;
    this.#state = step.fields;
    this.#section.begin(position);
    return this.#parseFields(bytes, base, end);
  }

  #parseFields(bytes: Buffer, base: number, end: number): Progress {
    const progress = this.#section.parse(bytes, base, end);
    this.position = this.#section.position;
    if (progress === 'done') return this.#finish(bytes, base);
    if (progress === 'refused') this.refusal = this.#section.refusal;
    return progress;
  }

  #finish(bytes: Buffer, base: number): Progress {
    const refusal = this.framing.finish(this.minor);
    if (refusal !== undefined) return this.#refuse(refusal);
    if (this.framing.hosts === 0 && this.minor === 1) return this.#refuse(noHost);
    if (this.framing.keepHost && !this.#isSameHost(bytes.toString('latin1', base + this.targetStart, base + this.targetEnd))) {
      return this.#refuse(badForm);
    }
    this.#knownStart = this.start;
    this.#known.learn(bytes, base, base + this.position);
    return 'done';
  }

  /** RFC 9112 section 3.2.2: an absolute URI overrides Host; where they differ, servers disagree, so it is refused. */
  #isSameHost(target: string): boolean {
    const match = /^https?:\/\/([^/?#]+)/i.exec(target);
    return match?.[1] !== undefined && this.framing.hosts === 1 && match[1].toLowerCase() === this.framing.host.toLowerCase();
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

function isVersion(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const index = at - from;
    if (index < httpVersion.length ? byte !== httpVersion[index] : !isVersionEnd(byte, index - httpVersion.length)) return false;
  }
  return true;
}

function isVersionEnd(byte: number, index: number): boolean {
  if (index === 0) return byte === 48 || byte === 49;
  return byte === (index === 1 ? CR : LF);
}

function readMethod(bytes: Buffer, start: number, end: number): string {
  for (const method of commonMethods) {
    if (method.length !== end - start) continue;
    let at = 0;
    while (at < method.length && bytes[start + at] === method.charCodeAt(at)) at++;
    if (at === method.length) return method;
  }
  return bytes.toString('latin1', start, end);
}
