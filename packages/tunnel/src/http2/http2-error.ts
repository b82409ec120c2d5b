import { InterceptError } from '@switchyard/contract';

/** The error codes of RFC 9113, section 7, that this end sends. */
export const http2Codes = {
  noError: 0,
  protocolError: 1,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
  http11Required: 13,
} as const;

/** A code of `http2Codes`. */
export type Http2Code = (typeof http2Codes)[keyof typeof http2Codes];

/** What the peer did on a connection that cannot go on: `protocol_violation`. The code is for its GOAWAY. */
export interface Http2Violation {
  readonly http2Code: Http2Code;
}

/** The other end broke HTTP/2. The connection is told `code` and ends. */
export function toHttp2Violation(what: string, code: Http2Code = http2Codes.protocolError): InterceptError {
  const cause: Http2Violation = { http2Code: code };
  return new InterceptError('protocol_violation', `The other end of the tunnel's connection ${what}.`, { cause });
}

/** The code that an error of `toHttp2Violation` has; for all others PROTOCOL_ERROR. */
export function toHttp2Code(error: InterceptError): Http2Code {
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null || !('http2Code' in cause)) return http2Codes.protocolError;
  return Object.values(http2Codes).find((code) => code === cause.http2Code) ?? http2Codes.protocolError;
}
