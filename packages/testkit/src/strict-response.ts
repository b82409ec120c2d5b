import {
  parseChunked,
  parseFraming,
  parseHead,
  StrictError,
  takeLength,
  valuesOf,
  type StrictBody,
  type StrictField,
} from './strict-message.ts';

/** The head of a response. */
export interface StrictResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly StrictField[];
  /** The bytes as they came, with the empty line. */
  readonly head: Buffer;
}

/** A whole response, with the interim (1xx) responses before it. */
export interface StrictResponse extends StrictResponseHead {
  readonly interim: readonly StrictResponseHead[];
  /** How the body ended. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** The decoded body. */
  readonly body: Buffer;
  readonly trailers: readonly StrictField[];
  /** The bytes that response and interim responses take. */
  readonly rawBytes: number;
  /** The only value of a field; undefined where there is none; throws where there are several. */
  header(name: string): string | undefined;
}

/**
 * The response at the start of `bytes` to a request of `method`; undefined while it is not whole. `ended` says that the
 * connection ended in order, which completes a body without a length. Throws `StrictError` (RFC 9112 sections 4 and 6).
 */
export function parseStrictResponse(bytes: Buffer, method: string, ended: boolean): StrictResponse | undefined {
  const interim: StrictResponseHead[] = [];
  let rawBytes = 0;
  for (;;) {
    const head = parseResponseHead(bytes.subarray(rawBytes));
    if (head === undefined) return undefined;
    rawBytes += head.head.length;
    if (head.status < 200 && head.status !== 101) {
      interim.push(head);
      continue;
    }
    const taken = takeBody(bytes.subarray(rawBytes), head, method, ended);
    if (taken === undefined) return undefined;
    const { framing, body } = taken;
    rawBytes += body.bodyBytes;
    const header = (name: string): string | undefined => {
      const values = valuesOf(head.fields, name);
      if (values.length > 1) throw new Error(`the response has ${values.length} ${name} fields`);
      return values[0];
    };
    return { ...head, interim, framing, body: body.body, trailers: body.trailers, rawBytes, header };
  }
}

function parseResponseHead(bytes: Buffer): StrictResponseHead | undefined {
  const parsed = parseHead(bytes);
  if (parsed === undefined) return undefined;
  const match = /^HTTP\/1\.([01]) ([1-5][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(parsed.startLine);
  if (match === null) throw new StrictError(`a status line is malformed: ${JSON.stringify(parsed.startLine)}`);
  const head: StrictResponseHead = {
    status: Number(match[2]),
    reason: match[3] ?? '',
    version: match[1] === '0' ? '1.0' : '1.1',
    fields: parsed.fields,
    head: bytes.subarray(0, parsed.headBytes),
  };
  checkEmpty(head);
  return head;
}

/** Interim responses and 204 have no body and may not say that they have one (RFC 9110 section 8.6); HTTP/1.0 knows no interim ones. */
function checkEmpty({ status, version, fields }: StrictResponseHead): void {
  if (status >= 200 && status !== 204) return;
  if (version === '1.0' && status < 200) throw new StrictError('an interim response of HTTP/1.0');
  const framing = parseFraming(fields, version);
  if (framing.t === 'chunked' || (framing.t === 'length' && framing.length > 0)) throw new StrictError('a body where there is none');
}

interface Taken {
  readonly framing: StrictResponse['framing'];
  readonly body: StrictBody;
}

function takeBody(bytes: Buffer, head: StrictResponseHead, method: string, ended: boolean): Taken | undefined {
  const framing = parseFraming(head.fields, head.version);
  const none: Taken = { framing: 'none', body: { body: Buffer.alloc(0), trailers: [], bodyBytes: 0 } };
  if (method === 'HEAD' || head.status === 101 || head.status === 204 || head.status === 304) return none;
  if (framing.t === 'none') {
    const body = ended ? takeLength(bytes, bytes.length) : undefined;
    return body && { framing: 'close', body };
  }
  const body = framing.t === 'chunked' ? parseChunked(bytes) : takeLength(bytes, framing.length);
  return body && { framing: framing.t, body };
}
