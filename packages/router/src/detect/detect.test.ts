import { expect, test } from 'vitest';
import { detect, detectHttp, settle, type Detected } from './detect.ts';

const vectors: readonly (readonly [first: string, expected: Detected])[] = [
  ['GET / HTTP/1.1\r\n', 'http1'],
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'http1'],
  ['OPTIONS * HTTP/1.0\r\n', 'http1'],
  ['M-SEARCH /x HTTP/1.1\r\n', 'http1'],
  // Malformed, but a lenient server would serve them: they must meet the strict framer.
  ['\r\n\r\nGET / HTTP/1.1\r\n', 'http1'],
  ['\nGET / HTTP/1.1\r\n', 'http1'],
  ['GET / HTTP/1.1\n', 'http1'],
  ['GET  / HTTP/1.1\r\n', 'http1'],
  ['GET\t/\tHTTP/1.1\r\n', 'http1'],
  ['GET /\xff HTTP/1.1\r\n', 'http1'],
  ['get / http/1.1\r\n', 'http1'],
  ['GET / HTTP/1.1 \r\n', 'http1'],
  ['GE(T / HTTP/1.1\r\n', 'http1'],
  ['GET / HTTP/2.0\r\n', 'http1'],
  [`GET /${'a'.repeat(20_000)}`, 'http1'],
  ['\r\n'.repeat(3_000) + 'GET / HTTP/1.1\r\n', 'http1'],
  [' GET / HTTP/1.1\r\n', 'http1'],
  ['\tGET / HTTP/1.1\r\n', 'http1'],
  ['\vGET / HTTP/1.1\r\n', 'http1'],
  ['GET\f/\xa0HTTP/1.1\r\n', 'http1'],
  ['GET / HTTP/1.1\v\r\n', 'http1'],
  ['GET / RTSP/1.0\r\n', 'http1'],
  ['SOURCE /live ICE/1.0\r\n', 'http1'],
  ['GET /?__intercept=alice\r\n', 'http1'],
  ['OPTIONS *\r\n', 'http1'],
  // HTTP/2 with prior knowledge.
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04', 'http2'],
  ['PRI * HTTP/2.0\r\n\r\nS', 'more'],
  ['P', 'more'],
  // Undecided.
  ['', 'more'],
  ['\r\n', 'more'],
  ['GET', 'more'],
  ['GET /a b', 'more'],
  ['GET / HTTP/1.1', 'more'],
  ['GET / HTTP/1.1\r', 'more'],
  // Other protocols whose clients speak first.
  ['\x16\x03\x01\x02\x00\x01', 'tcp'],
  ['*1\r\n$4\r\nPING\r\n', 'tcp'],
  ['PING\r\n', 'tcp'],
  ['set key 0 0 5\r\nhello\r\n', 'tcp'],
  ['\0\0\0\x08\x04\xd2\x16\x2f', 'tcp'],
  ['EHLO example.org\r\n', 'tcp'],
];

for (const [first, expected] of vectors) {
  test(`${JSON.stringify(first.slice(0, 40))} is ${expected}`, () => {
    expect(detect(Buffer.from(first, 'latin1'))).toBe(expected);
  });
}

test('every cut of a request line is undecided until the line ends', () => {
  const line = 'POST /orders?x=1 HTTP/1.1\r\n';
  for (let end = 0; end < line.length; end++) expect(detect(Buffer.from(line.slice(0, end)))).toBe('more');
});

test('a line that never ends is a request when it begins like one [router.detectLineBytes]', () => {
  for (const line of ['GET /', '\r\nPOST /a HTT', 'OPTIONS * ', 'get http://a/', 'P', 'GET', '\r\nDELETE ', '\r\n'])
    expect(settle(Buffer.from(line))).toBe('http1');
  for (const line of ['set k', 'EHLO there', 'JDWP-Handshake', 'GETX']) expect(settle(Buffer.from(line))).toBe('tcp');
});

test('on a port that speaks HTTP everything but HTTP/2 meets the strict framer at once', () => {
  for (const first of ['G', '\x16\x03', 'PING\r\n', '\r\n', 'PRI / HTTP/1.1']) expect(detectHttp(Buffer.from(first))).toBe('http1');
  expect(detectHttp(Buffer.from('PRI * HTTP/2.0\r\n'))).toBe('more');
  expect(detectHttp(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))).toBe('http2');
});
