/** Character classes of RFC 9110 section 5.6.2 and RFC 9112, as lookup tables indexed by byte. */

function table(accept: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => accept(byte));
}

const tokenPunctuation = "!#$%&'*+-.^_`|~";

function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

/** For a `tchar` the byte in lower case, else 0. */
export const lowerToken: Uint8Array = table((byte) => {
  if (byte >= 65 && byte <= 90) return byte + 32;
  return isAlphanumeric(byte) || tokenPunctuation.includes(String.fromCharCode(byte)) ? byte : 0;
});

/** 1 for what a field value may hold: VCHAR, SP, HTAB and obs-text; 0 for every control character, CR, LF and NUL. */
export const fieldValue: Uint8Array = table((byte) => (byte === 9 || (byte >= 32 && byte !== 127) ? 1 : 0));

/** 1 for what a request-target may hold: visible ASCII. */
export const targetChar: Uint8Array = table((byte) => (byte > 32 && byte < 127 ? 1 : 0));

/** 1 for what a host may hold besides the brackets of an IP literal (RFC 3986 section 3.2.2; no userinfo, so no "@"). */
export const hostChar: Uint8Array = table((byte) =>
  isAlphanumeric(byte) || "-._~!$&'()*+,;=%:".includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** For a hexadecimal digit its value, else 255. */
export const hexDigit: Uint8Array = table((byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** HTAB. */
export const TAB = 9;
/** Line feed. */
export const LF = 10;
/** Carriage return. */
export const CR = 13;
/** Space. */
export const SP = 32;
/** The comma between the members of a list. */
export const COMMA = 44;
/** The colon behind a field name, and before a port. */
export const COLON = 58;
/** The semicolon before a chunk extension. */
export const SEMICOLON = 59;
/** The question mark before a query. */
export const QUESTION = 63;
