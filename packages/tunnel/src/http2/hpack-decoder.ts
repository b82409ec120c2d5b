import { fixedTunnelLimits } from '../limits.ts';
import type { HeaderField, HeaderList } from './header-field.ts';
import { staticTable } from './hpack-static-table.ts';
import { http2Codes, toHttp2Violation } from './http2-error.ts';
import { decodeHuffman } from './huffman.ts';

/**
 * What this end lets the other keep in the dynamic table (SETTINGS_HEADER_TABLE_SIZE): the default, as a head may come before any setting.
 */
const maxTableBytes = fixedTunnelLimits.http2TableBytes.value;
/** What an entry counts beyond its characters (RFC 7541, section 4.1). */
const entryBytes = 32;
const nothing = Buffer.alloc(0);

/** Decodes the header blocks of one connection, in their order (RFC 7541). Every block must come here, or the dynamic table goes astray. */
export class HpackDecoder {
  readonly #maxListBytes: number;
  /** The newest first. */
  readonly #dynamic: HeaderField[] = [];
  #dynamicBytes = 0;
  #tableBytes = maxTableBytes;
  #block: Buffer = nothing;
  #at = 0;

  /** `maxListBytes` bounds a decoded head, counted as SETTINGS_MAX_HEADER_LIST_SIZE counts. */
  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /** One whole block. Throws `protocol_violation`; the connection is lost then. */
  decode(block: Buffer): HeaderList {
    this.#block = block;
    this.#at = 0;
    const headers: HeaderField[] = [];
    let listBytes = 0;
    while (this.#at < block.length) {
      const field = this.#readField(headers.length === 0);
      if (field === undefined) continue;
      listBytes += toEntryBytes(field);
      if (listBytes > this.#maxListBytes) throw toHttp2Violation('sent a head that is too large', http2Codes.enhanceYourCalm);
      headers.push(field);
    }
    // Small as it is, it holds what it was cut from, for as long as no further head comes.
    this.#block = nothing;
    return headers;
  }

  /** Undefined for a change of the table's size, which may only come `first`. */
  #readField(first: boolean): HeaderField | undefined {
    const byte = this.#block[this.#at] ?? 0;
    if (byte >= 0x80) return this.#find(this.#readInteger(7));
    if (byte >= 0x40) {
      const field = this.#readLiteral(6);
      this.#insert(field);
      return field;
    }
    if (byte < 0x20) return this.#readLiteral(4);
    const size = this.#readInteger(5);
    if (!first || size > maxTableBytes) throw toViolation();
    this.#tableBytes = size;
    this.#evict(0);
    return undefined;
  }

  #readLiteral(prefixBits: number): HeaderField {
    const index = this.#readInteger(prefixBits);
    const name = index === 0 ? this.#readText() : this.#find(index)[0];
    return [name, this.#readText()];
  }

  #readText(): string {
    const coded = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#readInteger(7);
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw toViolation();
    this.#at += length;
    const text = coded ? decodeHuffman(bytes) : bytes.toString('latin1');
    if (text === undefined) throw toViolation();
    return text;
  }

  /** An integer of RFC 7541, section 5.1, in the last bits of the next byte and what follows. */
  #readInteger(prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    let value = (this.#readByte() ?? 0) & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#readByte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw toViolation();
  }

  #readByte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw toViolation();
    return byte;
  }

  #find(index: number): HeaderField {
    const field = index <= staticTable.length ? staticTable[index - 1] : this.#dynamic[index - staticTable.length - 1];
    if (field === undefined) throw toViolation();
    return field;
  }

  #insert(field: HeaderField): void {
    const bytes = toEntryBytes(field);
    this.#evict(bytes);
    if (bytes > this.#tableBytes) return;
    this.#dynamic.unshift(field);
    this.#dynamicBytes += bytes;
  }

  /** Makes room for `bytes`. */
  #evict(bytes: number): void {
    while (this.#dynamicBytes + bytes > this.#tableBytes) {
      const oldest = this.#dynamic.pop();
      if (oldest === undefined) return;
      this.#dynamicBytes -= toEntryBytes(oldest);
    }
  }
}

function toEntryBytes([name, value]: HeaderField): number {
  return name.length + value.length + entryBytes;
}

function toViolation(): Error {
  return toHttp2Violation('sent a head that cannot be decoded', http2Codes.compressionError);
}
