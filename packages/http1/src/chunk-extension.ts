import { SEMICOLON, fieldValue, lowerToken } from './chars.ts';

const step = { nameStart: 0, name: 1, valueStart: 2, value: 3, quoted: 4, quotedPair: 5, quotedEnd: 6 } as const;

const equals = 61;
const quote = 34;
const backslash = 92;

/**
 * Follows the extensions of one chunk, byte by byte, by their grammar (RFC 9112 section 7.1.1) without its "bad white space". Nobody uses
 * them, but readers disagree about the rest: whether a quoted string that is left open goes on in the next line, among others.
 */
export class ChunkExtension {
  #state: number = step.nameStart;

  /** Begins behind the first semicolon. */
  begin(): void {
    this.#state = step.nameStart;
  }

  /** Whether the line may end here. */
  get isComplete(): boolean {
    return this.#state === step.name || this.#state === step.value || this.#state === step.quotedEnd;
  }

  /** Takes the next byte, which is no CR. False: it may not stand here. */
  take(byte: number): boolean {
    const next = this.#next(byte);
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  #next(byte: number): number | undefined {
    switch (this.#state) {
      case step.quoted:
        if (byte === backslash) return step.quotedPair;
        if (byte === quote) return step.quotedEnd;
        return fieldValue[byte] === 1 ? step.quoted : undefined;
      case step.quotedPair:
        return fieldValue[byte] === 1 ? step.quoted : undefined;
      case step.valueStart:
        if (byte === quote) return step.quoted;
        return lowerToken[byte] === 0 ? undefined : step.value;
      case step.nameStart:
        return lowerToken[byte] === 0 ? undefined : step.name;
      default:
        if (byte === SEMICOLON) return step.nameStart;
        if (byte === equals && this.#state === step.name) return step.valueStart;
        return this.#state === step.quotedEnd || lowerToken[byte] === 0 ? undefined : this.#state;
    }
  }
}
