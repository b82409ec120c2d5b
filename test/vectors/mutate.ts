import type { Random } from '@switchyard/testkit';

const marks: readonly string[] = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  '\t',
  ' ',
  '\x0b',
  '\x7f',
  '\x80',
  ':',
  ';',
  ',',
  '0',
  '5',
  'a',
  '"',
  '/',
];
const lines: readonly string[] = [
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  '\r\nTransfer-Encoding: chunked',
  'Host: orders\r\n',
  'Connection: close\r\n',
  'x-intercept-id: bob\r\n',
  '\r\n ',
];
const parts: readonly string[] = [
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  'chunked',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.1 200 OK\r\n',
  'GET /x HTTP/1.1\r\nHost: orders\r\n\r\n',
];
/** What parsers disagree about. */
const pieces: readonly string[] = [marks, lines, parts].flat();

/** A copy of `bytes` with one to three small changes: something inserted, left out, replaced or repeated. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let text = bytes.toString('latin1');
  const changes = 1 + Math.floor(random() * 3);
  for (let change = 0; change < changes; change++) text = mutateOnce(text, random);
  return Buffer.from(text, 'latin1');
}

function mutateOnce(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() * 6);
  const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + piece + text.slice(at + length);
    default:
      return text.slice(0, at) + text.slice(at, at + length * 5) + text.slice(at);
  }
}
