/**
 * Bytes as they go over the wire, written so that a person can follow them: only the escapes count (`\r` `\n` `\t` `\0`
 * `\xNN` `\\`); a line break of the source and the spaces around it mean nothing (a space there is written `\x20`).
 * What `${...}` inserts is taken as it is. Each character is one byte (latin1).
 */
export function wire(parts: TemplateStringsArray, ...inserts: readonly string[]): Buffer {
  const text = parts.raw.map((part, index) => unescape(part.replace(/ *\n */g, '')) + (inserts[index] ?? ''));
  return Buffer.from(text.join(''), 'latin1');
}

const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\', '`': '`' };

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (whole, hex: string | undefined, name: string | undefined) => {
    const char = hex === undefined ? named[name ?? ''] : String.fromCharCode(Number.parseInt(hex, 16));
    if (char === undefined) throw new Error(`${whole} is no escape of a wire text`);
    return char;
  });
}

/** Bytes for the name of a test: printable, at most `limit` characters. */
export function toPrintable(text: string, limit = 40): string {
  const printable = JSON.stringify(text).replace(/[\x7f-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
  return printable.length <= limit ? printable : `${printable.slice(0, limit)}... (${text.length} bytes)`;
}
