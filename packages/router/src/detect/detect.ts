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

/**
 * What some servers take for white space around the words of a request line: more than SP, as Python splits at all of these.
 * A line feed ends the line and is not among them.
 */
const blank = String.raw`[\t\v\f\r \x1c-\x1f\x85\xa0]`;
/** Empty lines and white space that some servers skip before a request. */
const before = new RegExp(String.raw`^(?:\n|${blank})*`);
/** A whole first line that some server could take for a request line; also the one of HTTP/0.9, and words that Node.js takes for HTTP. */
const requestLine = new RegExp(String.raw`^[!-~]+${blank}+(?:[^]*${blank}(?:HTTP|RTSP|ICE)/\d[^]*|(?:/|\*|https?:)[^ ]*${blank}*)$`, 'i');
/** The begin of such a line: a method, then anything but the other control characters. */
const requestLineBegin = new RegExp(String.raw`^[!#$%&'*+.^_\x60|~0-9A-Za-z-]{0,64}(?:(?<=[!-~])${blank}(?:${blank}|[!-~\x80-\xff])*)?$`);

/**
 * Classifies a connection by its first bytes. Whatever a server could take for an HTTP/1 request is `http1`, even where it
 * is malformed: the strict framer then refuses it, instead of a raw relay carrying it past the routing decision.
 */
export function detect(bytes: Buffer): Detected {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, lineBytesMax));
  if (text.startsWith(preface)) return 'http2';
  if (preface.startsWith(text)) return 'more';
  const undecided = text.length < lineBytesMax ? 'more' : 'http1';
  const line = text.replace(before, '');
  if (line === '') return undecided;
  const end = line.indexOf('\n');
  if (end !== -1) return requestLine.test(line.slice(0, end)) ? 'http1' : 'tcp';
  return requestLineBegin.test(line) ? undecided : 'tcp';
}

/** As `detect`, for a port that is known to speak HTTP: whatever is not HTTP/2 is for the strict framer to judge. */
export function detectHttp(bytes: Buffer): Exclude<Detected, 'tcp'> {
  const text = bytes.toString('latin1', 0, preface.length);
  if (text === preface) return 'http2';
  return preface.startsWith(text) ? 'more' : 'http1';
}

/** The begin of a line that is a request line in the making: a method and something like a request-target. */
const requestBegin = new RegExp(String.raw`^[!-~]+${blank}+(?:/|\*|https?:)`, 'i');

/** Methods of which a client may have sent no more than a part. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'TRACE'];

/** Decides about a first line that does not end: whatever looks like a request must meet the strict framer. */
export function settle(bytes: Buffer): Exclude<Detected, 'more' | 'http2'> {
  const text = bytes.toString('latin1', 0, lineBytesMax).replace(before, '');
  return requestBegin.test(text) || methods.some((method) => `${method} `.startsWith(text)) ? 'http1' : 'tcp';
}
