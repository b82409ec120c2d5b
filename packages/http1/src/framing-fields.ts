import { COMMA, SP, TAB, lowerToken } from './chars.ts';
import type { FieldName } from './field-names.ts';
import type { FieldSink } from './field-section.ts';
import { isHost } from './host.ts';
import type { Refusal } from './refusal.ts';

/** A field whose values the caller asked for. */
export interface Field {
  /** Lower case. */
  readonly name: string;
  /** Without surrounding white space; each byte is one character (latin1). */
  readonly value: string;
  /** Which field line of the head, from 0. */
  readonly line: number;
}

/** No fields: shared, so that a head without any costs nothing. */
const noFields: readonly Field[] = Object.freeze([]);

const framingNames: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);

const refusals = {
  lengths: 'The message has more than one Content-Length.',
  length: 'The Content-Length is not a plain decimal number within 2^53-1.',
  codings: 'The message has more than one Transfer-Encoding.',
  coding: 'The Transfer-Encoding is not exactly "chunked".',
  both: 'The message has both Content-Length and Transfer-Encoding.',
  old: 'An HTTP/1.0 message has a Transfer-Encoding.',
  hosts: 'The request has more than one Host.',
  nominated: 'Connection names a field of framing, which who obeys it would leave out.',
  host: 'The Host is not a host with an optional port.',
} as const;

function refuse(message: string): Refusal {
  return { code: 'protocol_violation', message };
}

/**
 * Gathers what the fields of one head say about framing (RFC 9112 sections 6 and 9), for requests and responses alike,
 * and the values of the collected fields. Reused from head to head by `begin()`.
 */
export class FramingFields implements FieldSink {
  /** The value of Content-Length, or -1. */
  contentLength = -1;
  chunked = false;
  /** How many Host fields came: 0 or 1. */
  hosts = 0;
  /** Set it before the fields come to have the Host's text kept in `host`. */
  keepHost = false;
  host = '';
  connectionClose = false;
  connectionKeepAlive = false;
  connectionUpgrade = false;
  /** Tokens of Connection other than close, keep-alive and upgrade, in lower case; undefined where there are none. */
  nominated: string[] | undefined;
  /** The values of Upgrade in lower case, joined by commas; empty where there is none. */
  upgrade = '';
  expectContinue = false;
  http2Settings = false;
  cacheControl = '';
  fields: readonly Field[] = noFields;
  readonly #isRequest: boolean;
  #collected: Field[] | undefined;

  /** @param kind only a request's Host means anything */
  constructor(kind: 'request' | 'response') {
    this.#isRequest = kind === 'request';
  }

  begin(): void {
    this.contentLength = -1;
    this.chunked = false;
    this.hosts = 0;
    this.keepHost = false;
    this.connectionClose = false;
    this.connectionKeepAlive = false;
    this.connectionUpgrade = false;
    this.nominated = undefined;
    this.upgrade = '';
    this.expectContinue = false;
    this.http2Settings = false;
    this.cacheControl = '';
    this.fields = noFields;
    this.#collected = undefined;
  }

  onField(name: FieldName, bytes: Buffer, start: number, end: number, line: number): Refusal | undefined {
    if (name.collected) this.#collect({ name: name.text, value: bytes.toString('latin1', start, end), line });
    switch (name.known) {
      case undefined:
        return undefined;
      case 'host':
        return this.#onHost(bytes, start, end);
      case 'content-length':
        return this.#onContentLength(bytes, start, end);
      case 'transfer-encoding':
        return this.#onTransferEncoding(bytes, start, end);
      case 'connection':
        this.#onConnection(bytes, start, end);
        return undefined;
      case 'upgrade':
        this.upgrade += (this.upgrade === '' ? '' : ',') + bytes.toString('latin1', start, end).toLowerCase();
        return undefined;
      case 'expect':
        if (equalsToken(bytes, start, end, '100-continue')) this.expectContinue = true;
        return undefined;
      case 'http2-settings':
        this.http2Settings = true;
        return undefined;
      case 'cache-control':
        this.cacheControl += (this.cacheControl === '' ? '' : ',') + bytes.toString('latin1', start, end).toLowerCase();
        return undefined;
    }
  }

  /** What the fields mean together, once all are there. `minor` is the minor version of the message. */
  finish(minor: number): Refusal | undefined {
    if (this.nominated?.some((name) => framingNames.has(name)) === true) return refuse(refusals.nominated);
    if (!this.chunked) return undefined;
    if (this.contentLength !== -1) return refuse(refusals.both);
    return minor === 0 ? refuse(refusals.old) : undefined;
  }

  /** Whether the connection stays open after this message (RFC 9112 section 9.3). */
  persists(minor: number): boolean {
    return !this.connectionClose && (minor === 1 || this.connectionKeepAlive);
  }

  #collect(field: Field): void {
    if (this.#collected === undefined) this.fields = this.#collected = [];
    this.#collected.push(field);
  }

  #onHost(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (!this.#isRequest) return undefined;
    if (++this.hosts > 1) return refuse(refusals.hosts);
    if (!isHost(bytes, start, end)) return refuse(refusals.host);
    if (this.keepHost) this.host = bytes.toString('latin1', start, end);
    return undefined;
  }

  #onContentLength(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.contentLength !== -1) return refuse(refusals.lengths);
    let length = 0;
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) return refuse(refusals.length);
      length = length * 10 + digit;
      if (length > Number.MAX_SAFE_INTEGER) return refuse(refusals.length);
    }
    if (start === end) return refuse(refusals.length);
    this.contentLength = length;
    return undefined;
  }

  #onTransferEncoding(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.chunked) return refuse(refusals.codings);
    if (!equalsToken(bytes, start, end, 'chunked')) return refuse(refusals.coding);
    // White space that some readers take for a part of the value: it hides the coding from them.
    if (isSpace(bytes[end]) || hasTabBefore(bytes, start)) return refuse(refusals.coding);
    this.chunked = true;
    return undefined;
  }

  #onConnection(bytes: Buffer, start: number, end: number): void {
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && bytes[at] !== COMMA) continue;
      let first = from;
      let last = at;
      while (first < last && isSpace(bytes[first])) first++;
      while (last > first && isSpace(bytes[last - 1])) last--;
      if (first < last) this.#onConnectionToken(bytes, first, last);
      from = at + 1;
    }
  }

  #onConnectionToken(bytes: Buffer, start: number, end: number): void {
    if (equalsToken(bytes, start, end, 'keep-alive')) this.connectionKeepAlive = true;
    else if (equalsToken(bytes, start, end, 'close')) this.connectionClose = true;
    else if (equalsToken(bytes, start, end, 'upgrade')) this.connectionUpgrade = true;
    else (this.nominated ??= []).push(bytes.toString('latin1', start, end).toLowerCase());
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SP || byte === TAB;
}

/** Whether a tab is among the white space before `start`. */
function hasTabBefore(bytes: Buffer, start: number): boolean {
  let at = start - 1;
  while (bytes[at] === SP) at--;
  return bytes[at] === TAB;
}

/** Whether `bytes[start..end)` is `token` (lower case) in any case. */
function equalsToken(bytes: Buffer, start: number, end: number, token: string): boolean {
  if (end - start !== token.length) return false;
  for (let at = 0; at < token.length; at++) {
    if (lowerToken[bytes[start + at] ?? 0] !== token.charCodeAt(at)) return false;
  }
  return true;
}
