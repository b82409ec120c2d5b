import {
  parseChunked,
  parseFraming,
  parseHead,
  StrictError,
  takeLength,
  token,
  valuesOf,
  type Framing,
  type StrictBody,
  type StrictField,
} from './strict-message.ts';

/** A request's head. */
export interface StrictRequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly StrictField[];
  /** The bytes as they came, with the empty line. */
  readonly head: Buffer;
  readonly framing: Framing;
}

/** A whole request. */
export interface StrictRequest extends StrictRequestHead {
  /** The decoded body. */
  readonly body: Buffer;
  readonly trailers: readonly StrictField[];
  /** All bytes as they came: head, and body with its framing. */
  readonly raw: Buffer;
}

/**
 * The request head at the start of `bytes`; undefined while it is not whole. Throws `StrictError` on anything that two
 * readers could understand differently, and on what a server must refuse (RFC 9112 sections 2, 3, 5 and 6).
 */
export function parseStrictRequestHead(bytes: Buffer): StrictRequestHead | undefined {
  const parsed = parseHead(bytes);
  if (parsed === undefined) return undefined;
  const { startLine, fields } = parsed;
  const match = /^([^ ]+) ([\x21-\x7e]+) HTTP\/1\.([01])$/.exec(startLine);
  const [, method = '', target = '', minor] = match ?? [];
  if (match === null || !token.test(method)) throw new StrictError(`a request line is malformed: ${JSON.stringify(startLine)}`);
  const version = minor === '0' ? '1.0' : '1.1';
  checkHost(fields, version);
  checkTarget(method, target, fields);
  return { method, target, version, fields, head: bytes.subarray(0, parsed.headBytes), framing: parseFraming(fields, version) };
}

/** As `parseStrictRequestHead`, with the body; undefined while the request is not whole. */
export function parseStrictRequest(bytes: Buffer): StrictRequest | undefined {
  const head = parseStrictRequestHead(bytes);
  if (head === undefined) return undefined;
  const body = takeBody(bytes.subarray(head.head.length), head.framing);
  if (body === undefined) return undefined;
  return { ...head, body: body.body, trailers: body.trailers, raw: bytes.subarray(0, head.head.length + body.bodyBytes) };
}

function takeBody(bytes: Buffer, framing: Framing): StrictBody | undefined {
  if (framing.t === 'chunked') return parseChunked(bytes);
  return takeLength(bytes, framing.t === 'length' ? framing.length : 0);
}

function checkHost(fields: readonly StrictField[], version: string): void {
  const hosts = valuesOf(fields, 'host');
  if (hosts.length > 1) throw new StrictError('several Host fields');
  if (hosts.length === 0 && version === '1.1') throw new StrictError('no Host field');
  // A registered name, IPv4 address or bracketed IP literal of any version, perhaps a port (RFC 3986 section 3.2.2); may be empty.
  if (!/^(?:\[[A-Za-z0-9._~!$&'()*+,;=%:-]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?$/.test(hosts[0] ?? '')) {
    throw new StrictError(`Host is malformed: ${JSON.stringify(hosts[0])}`);
  }
}

function checkTarget(method: string, target: string, fields: readonly StrictField[]): void {
  if (method === 'CONNECT') throw new StrictError('CONNECT');
  if (target.startsWith('/')) return;
  if (target === '*' && method === 'OPTIONS') return;
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(target)?.[1];
  if (authority === undefined) throw new StrictError(`a request target is malformed: ${JSON.stringify(target)}`);
  const host = valuesOf(fields, 'host')[0];
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    throw new StrictError(`target and Host name different authorities: ${JSON.stringify([authority, host])}`);
  }
}
