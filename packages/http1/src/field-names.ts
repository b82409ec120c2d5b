import { lowerToken } from './chars.ts';

/** Fields that framing itself understands. Values above are positions in the caller's own list. */
export const knownFields = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
  'http2-settings',
  'cache-control',
] as const;

/** A field that framing understands. */
export type KnownField = (typeof knownFields)[number];

/** A recognised field name. */
export interface FieldName {
  /** Lower case. */
  readonly text: string;
  readonly known: KnownField | undefined;
  /** Whether the caller asked for the values of this field. */
  readonly collected: boolean;
}

const slots = 256;

/** The rolling hash of a field name; `byte` is in lower case. */
export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/**
 * The set of field names that a parser recognises: those of framing, and those whose values the caller collects.
 * Immutable; make it once and share it.
 */
export class FieldNames {
  readonly #slots: readonly (readonly FieldName[] | undefined)[];

  /** @param collect names in lower case whose values the parser hands out */
  constructor(collect: Iterable<string>) {
    const wanted = new Set(collect);
    const table: FieldName[][] = [];
    for (const text of new Set<string>([...knownFields, ...wanted])) {
      const known = knownFields.find((name) => name === text);
      const slot = hashOf(text) & (slots - 1);
      (table[slot] ??= []).push({ text, known, collected: wanted.has(text) });
    }
    this.#slots = Array.from({ length: slots }, (_, slot) => table[slot]);
  }

  /** The name whose hash is `hash` and whose bytes, in any case, are `bytes[start..end)`; undefined for any other. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): FieldName | undefined {
    const candidates = this.#slots[hash & (slots - 1)];
    if (candidates === undefined) return undefined;
    for (const name of candidates) if (equalsName(name.text, bytes, start, end)) return name;
    return undefined;
  }

  /**
   * As `find`, without the bytes: another name of the same hash and length passes for a known one. Good enough where the
   * only consequence is a refusal.
   */
  findLikely(hash: number, length: number): FieldName | undefined {
    return this.#slots[hash & (slots - 1)]?.find((name) => name.text.length === length && hashOf(name.text) === hash);
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = hashStep(hash, text.charCodeAt(at));
  return hash;
}

function equalsName(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) {
    if (lowerToken[bytes[start + at] ?? 0] !== text.charCodeAt(at)) return false;
  }
  return true;
}
