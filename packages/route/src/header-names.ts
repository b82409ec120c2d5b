/** A token, as names of headers, cookies and methods are (RFC 9110 section 5.6.2). */
export const tokenPattern: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether `text` is a token. */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** Lower-case names of the headers that shape the message: no key stands there, and no condition asks for them. */
export const messageHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
