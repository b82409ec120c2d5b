import { COLON, hostChar } from './chars.ts';

const literalStart = 91;
const literalEnd = 93;

/**
 * Whether `bytes[start..end)` is a host with an optional port (RFC 9110 section 7.2, RFC 3986 section 3.2.2). It may be
 * empty. Inside of the brackets of an IP literal any host character but a bracket is taken.
 */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === literalStart && at < end) {
    at++;
    while (at < end && bytes[at] !== literalEnd) if (hostChar[bytes[at++] ?? 0] === 0) return false;
    if (at === end || at === start + 1) return false;
    at++;
  } else {
    while (at < end && bytes[at] !== COLON) if (hostChar[bytes[at++] ?? 0] === 0) return false;
  }
  return at === end || (bytes[at] === COLON && areDigits(bytes, at + 1, end));
}

function areDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 48 || byte > 57) return false;
  }
  return true;
}
