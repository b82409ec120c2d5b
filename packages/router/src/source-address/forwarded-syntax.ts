// Each of these can match in one way only, so that a long value costs no more than its length.
const start = /[\t ;,]*/y;
const pair = /[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*")/y;
const separator = /[\t ]*(?:[;,][\t ;,]*|$)/y;

/** Whether `value` is one of the field `Forwarded`: pairs of a name and a token or a quoted string (RFC 7239 section 4). */
export function isForwarded(value: string): boolean {
  let at = endOf(start, value, 0);
  while (at !== -1 && at < value.length) {
    const end = endOf(pair, value, at);
    at = end === -1 ? -1 : endOf(separator, value, end);
  }
  return at !== -1;
}

/** Behind what `pattern` matches at `from`; -1 where it does not. */
function endOf(pattern: RegExp, value: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(value) ? pattern.lastIndex : -1;
}
