import { routerLimits } from '../limits.ts';

/** What a client speaks, as far as its first bytes tell. */
export type Detected =
  | 'http1'
  /** HTTP/2 with prior knowledge (RFC 9113 section 3.4). */
  | 'http2'
  | 'tcp'
  /** Not enough bytes yet. */
  | 'more';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A first line that goes on for longer is decided by its begin. */
const lineBytesMax = routerLimits.detectLineBytes.value;

/** A whole first line that some server could take for a request line. */
const requestLine = /^[!-~]+[ \t].*[ \t]HTTP\/\d[.\d]*[ \t\r]*$/i;
/** The begin of such a line: a method, then anything but control characters. */
const requestLineBegin = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{0,64}(?:(?<=[^ \t])[ \t][\t -~\x80-\xff]*\r?)?$/;

/**
 * Classifies a connection by its first bytes. Whatever a server could take for an HTTP/1 request is `http1`, even where it
 * is malformed: the strict framer then refuses it, instead of a raw relay carrying it past the routing decision.
 */
export function detect(bytes: Buffer): Detected {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, lineBytesMax));
  if (text.startsWith(preface)) return 'http2';
  if (preface.startsWith(text)) return 'more';
  const start = text.search(/[^\r\n]/);
  if (start === -1) return text.length < lineBytesMax ? 'more' : 'tcp';
  const end = text.indexOf('\n', start);
  if (end !== -1) return requestLine.test(text.slice(start, end)) ? 'http1' : 'tcp';
  if (!requestLineBegin.test(text.slice(start))) return 'tcp';
  return text.length < lineBytesMax ? 'more' : 'http1';
}

/** As `detect`, for a port that is known to speak HTTP: whatever is not HTTP/2 is for the strict framer to judge. */
export function detectHttp(bytes: Buffer): Exclude<Detected, 'tcp'> {
  const text = bytes.toString('latin1', 0, preface.length);
  if (text === preface) return 'http2';
  return preface.startsWith(text) ? 'more' : 'http1';
}

/** The begin of a line that is a request line in the making: a method and something like a request-target. */
const requestBegin = /^[!-~]+[ \t]+(?:\/|\*|https?:)/i;

/** Methods of which a client may have sent no more than a part. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'TRACE'];

/** Decides about a first line that does not end: whatever looks like a request must meet the strict framer. */
export function settle(bytes: Buffer): Exclude<Detected, 'more' | 'http2'> {
  const text = bytes.toString('latin1', 0, lineBytesMax).replace(/^[\r\n]+/, '');
  return requestBegin.test(text) || methods.some((method) => `${method} `.startsWith(text)) ? 'http1' : 'tcp';
}
