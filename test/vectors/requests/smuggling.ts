import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const alice = 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n';
const bob = 'x-intercept-id: bob\r\nbaggage: intercept=bob\r\n';
/** A request that must never reach bob when it comes inside of another one. */
const hidden = `GET /hidden HTTP/1.1\r\nHost: orders\r\n${bob}\r\n`;
const hiddenChunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n`;

/** Bytes that some servers read as a second request with another key: the routing decision must see what the server sees. */
export const smuggling: readonly RequestVector[] = [
  {
    name: 'a length, and chunks that end before the hidden request',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\n${alice}Content-Length: ${String(hidden.length + 5)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    outcome: 'refused 400',
  },
  {
    name: 'chunks, and a length that ends before the hidden request',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n${alice}Content-Length: 4\r\n\r\n${hiddenChunk}0\r\n\r\n`,
    outcome: 'refused 400',
  },
  ...each(
    [
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
      'Transfer-Encoding:\x0bchunked',
      'X: y\nTransfer-Encoding: chunked',
      'Transfer-Encoding\r\n : chunked',
    ],
    (lines) => ({
      name: `a disguised ${toPrintable(lines, 60)} beside a length`,
      send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: ${String(hidden.length + 5)}\r\n${lines}\r\n\r\n0\r\n\r\n${hidden}`,
      outcome: 'refused 400',
    }),
  ),
  {
    name: 'a chunked DELETE whose body is the hidden request is one request',
    send: wire`DELETE /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n${hiddenChunk}0\r\n\r\n`,
    outcome: 'baseline',
  },
  {
    name: 'the same with a key',
    send: wire`DELETE /1 HTTP/1.1\r\nHost: orders\r\n${alice}Transfer-Encoding: chunked\r\n\r\n${hiddenChunk}0\r\n\r\n`,
    outcome: 'alice',
  },
  ...each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST'], (method) => ({
    name: `a ${method} whose body is the hidden request is one request`,
    send: wire`${method} /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: ${String(hidden.length)}\r\n\r\n${hidden}`,
    outcome: 'baseline',
  })),
  {
    name: 'a length of 2^64 + 2, which wraps to 2',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: 18446744073709551618\r\n\r\nab${hidden}`,
    outcome: 'refused 400',
  },
  {
    name: 'a chunk of 2^64 + 2, which wraps to 2',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\nab\r\n0\r\n\r\n${hidden}`,
    outcome: 'cut short 400',
  },
  {
    name: 'a chunk line whose extension hides an LF',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n2;\nxx\r\n${hidden.length.toString(16)}\r\n0\r\n\r\n${hidden}`,
    outcome: 'cut short 400',
  },
  ...each(['2;\n', '2;a=\n', '2;\r', '2;a="\n', '2;a="\r', '2\n', '2\r', '2;a\x0b', '2;a\x85'], (line) => ({
    name: `the chunk line ${toPrintable(line)} ends here for some, and goes on for others`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n${line}xx\r\n${hidden.length.toString(16)}\r\n0\r\n\r\n${hidden}`,
    outcome: 'cut short 400',
  })),
  ...each(['1;a="', '1;a="\\', '1;a="b\\"', "1;a='", '1;"'], (line) => ({
    name: `the quotes of the chunk line ${toPrintable(line)} span lines for some`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n${line}\r\nx\r\n0\r\n\r\n${hidden}"\r\nx\r\n0\r\n\r\n`,
    outcome: line === "1;a='" ? 'baseline, bob, refused 400' : 'cut short 400',
  })),
  ...each(['', '\n', '\r', 'XX', '\rX', '\n\n', '\0\0', '  '], (end) => ({
    name: `a chunk is followed by ${toPrintable(end)}, which some skip and others read`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello${end}2\r\nxx\r\n0\r\n\r\n${hidden}`,
    outcome: 'cut short 400',
  })),
  ...each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'], (method) => ({
    name: `a ${method} with the hidden request in its chunks is one request`,
    send: wire`${method} /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n${hiddenChunk}0\r\n\r\n`,
    outcome: 'baseline',
  })),
  {
    name: 'the hidden request in the trailers',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${hidden}`,
    outcome: 'cut short 400',
  },
  {
    name: 'the trailer that Trailer announces is a key',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nTrailer: x-intercept-id\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-intercept-id: bob\r\n\r\n`,
    outcome: 'cut short 400',
  },
  ...each([`GET /1 HTTP/1.1\r\nHost: orders\r\nA: b\r\n\r\n${hidden}`, `GET /1 HTTP/1.1\r\n\r\n${hidden}`], (target) => ({
    name: `a whole request in the method: ${toPrintable(target)}`,
    send: wire`GET\x20${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
  {
    name: 'HTTP/1.0 with chunks, read by some as an endless body',
    send: wire`POST /1 HTTP/1.0\r\nHost: orders\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n${hidden}`,
    outcome: 'refused 400',
  },
  { name: 'the hidden request in the query', send: wire`GET /?${hidden} HTTP/1.1\r\nHost: orders\r\n\r\n`, outcome: 'refused 400' },
  {
    name: 'the hidden request in a folded value',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b\r\n ${hidden}\r\n\r\n`,
    outcome: 'refused 400',
  },
  {
    name: 'the HTTP/2 preface behind an upgrade to h2c',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline, refused 400',
  },
  {
    name: 'the hidden request behind a refused upgrade is an honest request, to whom it names',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${hidden}`,
    outcome: 'baseline, bob',
  },

  {
    name: 'a key with a NUL behind it is not that key',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\0\r\n\r\n`,
    outcome: 'refused 400',
  },
  ...each(
    [
      'x-intercept-id : bob',
      'x-intercept-id\t: bob',
      ' x-intercept-id: bob',
      'x-intercept-id\0: bob',
      'A: b\r\n x-intercept-id: bob',
      'A: b\nx-intercept-id: bob',
      'x-intercept-id: alice\r\nx-intercept-id: bob',
      'x-intercept-id: alice, bob',
      'x-intercept-id: bob\r\n c',
      'x-intercept-id: bob\x0b',
    ],
    (lines) => ({
      name: `the key lines ${toPrintable(lines, 60)}`,
      send: wire`GET / HTTP/1.1\r\nHost: orders\r\n${lines}\r\n\r\n`,
      outcome: 'refused 400',
    }),
  ),
  ...each(['Alice', 'alice\xe9', 'alice.', '-alice', 'alic', 'alicee', 'x'.repeat(64), '"alice"', ''], (key) => ({
    name: `the key ${toPrintable(key)} is nobody's`,
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: ${key}\r\n\r\n`,
    outcome: 'baseline',
  })),
  ...each(['xx-intercept-id', 'x-intercept-i', 'x-intercept-idd', 'x_intercept_id', 'intercept', 'xbaggage'], (name) => ({
    name: `the field ${name} holds no key`,
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\n${name}: alice\r\n\r\n`,
    outcome: 'baseline',
  })),
  {
    name: 'a key behind 2,500 other fields',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\n${'A: b\r\n'.repeat(2500)}${alice}\r\n`,
    outcome: 'alice',
  },
  {
    name: 'a key before 2,500 other fields',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\n${bob}${'A: b\r\n'.repeat(2500)}\r\n`,
    outcome: 'bob',
  },
  {
    name: 'a key in odd case with tabs around its value',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nX-INTERCEPT-ID:\t alice\t\r\nBAGGAGE: intercept=alice\r\n\r\n`,
    outcome: 'alice',
  },
  {
    name: 'another host in the target beside a key',
    send: wire`GET http://payments/ HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'refused 400',
  },
];
