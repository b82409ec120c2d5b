import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const head = 'POST / HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Chunked bodies and their trailers (RFC 9112 section 7.1). They pass as they are, or not at all. */
export const chunks: readonly RequestVector[] = [
  ...each(
    ['5', '05', '0000000000005', '5;', '5;a', '5;a=b', '5;a="b;c,d"', '5;a=b;c=d', '5; \t a', '5;\xe9', `5;${'a'.repeat(200)}`],
    (line) => ({
      name: `the chunk line ${toPrintable(line)} is five`,
      send: wire`${head}${line}\r\nhello\r\n0\r\n\r\n`,
      outcome: 'baseline',
    }),
  ),
  {
    name: 'sizes in both cases',
    send: wire`${head}a\r\n0123456789\r\nA\r\n0123456789\r\n1A\r\n${'x'.repeat(26)}\r\n0\r\n\r\n`,
    outcome: 'baseline',
  },
  { name: 'no data at all', send: wire`${head}0\r\n\r\n`, outcome: 'baseline' },
  { name: 'a last chunk of many zeros with an extension', send: wire`${head}1\r\nx\r\n00000;a=b\r\n\r\n`, outcome: 'baseline' },
  { name: 'data that looks like chunks', send: wire`${head}e\r\n0\r\n\r\n0\r\n\r\n5\r\nx\r\n0\r\n\r\n`, outcome: 'baseline' },
  { name: 'a hundred chunks of one byte', send: wire`${head}${'1\r\nx\r\n'.repeat(100)}0\r\n\r\n`, outcome: 'baseline' },
  ...each(
    [
      '',
      ' 5',
      '5 ',
      '\t5',
      '5\t',
      '5 ;a',
      '+5',
      '-5',
      '0x5',
      '5h',
      'h',
      '5,',
      '5.',
      '5 5',
      '"5"',
      '\0',
      '5\0',
      '\x0b5',
      '5\x0b',
      '\xb2',
      '_5',
      '5_0',
      'ffffffffffffffff',
      '10000000000000005',
      '00000000000005',
      '8000000000000005',
      '5;a\rb',
      '5;a\nb',
      '5;a\0',
      '5;\x7f',
      `5;${'a'.repeat(300)}`,
    ],
    (line) => ({
      name: `the chunk line ${toPrintable(line)} is malformed`,
      send: wire`${head}${line}\r\nhello\r\n0\r\n\r\n`,
      outcome: 'cut short 400',
    }),
  ),
  ...each(
    [
      '5\nhello\r\n0\r\n\r\n',
      '5\rhello\r\n0\r\n\r\n',
      '5;a\nhello\r\n0\r\n\r\n',
      '5\r\nhello\n0\r\n\r\n',
      '5\r\nhello\r0\r\n\r\n',
      '5\r\nhello0\r\n\r\n',
      '5\r\nhello\r\r\n0\r\n\r\n',
      '5\r\nhello!\r\n0\r\n\r\n',
      '4\r\nhello\r\n0\r\n\r\n',
      '6\r\nhello\r\n0\r\n\r\n',
      '5\r\n\r\nhello\r\n0\r\n\r\n',
      '5\r\nhello\r\n\r\n0\r\n\r\n',
      '5\r\nhello\r\n0\n\r\n',
      '5\r\nhello\r\n0\r\n\n',
      '5\r\nhello\r\n0\r\r\n\r\n',
      '5\r\nhello\r\n0\r\nGET / HTTP/1.1\r\n\r\n',
    ],
    (body) => ({
      name: `the chunked body ${toPrintable(body, 60)} is malformed`,
      send: wire`${head}${body}`,
      outcome: 'cut short 400',
    }),
  ),

  ...each(['A: b', 'A:b\r\nC:', 'A: \xe9', 'Digest: x\r\nDigest: y', `A: ${'b'.repeat(8000)}`], (lines) => ({
    name: `the trailers ${toPrintable(lines)} pass as they are`,
    send: wire`${head}5\r\nhello\r\n0\r\n${lines}\r\n\r\n`,
    outcome: 'baseline',
  })),
  ...each(['A : b', ' A: b', 'A: b\r\n c', 'A', ': b', 'A: b\0', 'A: b\rc', 'A: b\nC: d', 'A(: b', 'A\xe9: b'], (lines) => ({
    name: `the trailers ${toPrintable(lines)} are malformed`,
    send: wire`${head}5\r\nhello\r\n0\r\n${lines}\r\n\r\n`,
    outcome: 'cut short 400',
  })),
  ...each(
    [
      'Content-Length: 5',
      'transfer-encoding: chunked',
      'Host: payments',
      'Connection: close',
      'x-intercept-id: bob',
      'Baggage: intercept=bob',
      'Cookie: intercept=bob',
    ],
    (line) => ({
      name: `the trailer ${toPrintable(line)} would change framing or routing where it is merged into the head`,
      send: wire`${head}5\r\nhello\r\n0\r\n${line}\r\n\r\n`,
      outcome: 'cut short 400',
    }),
  ),
  { name: 'trailers of over 64 KiB', send: wire`${head}5\r\nhello\r\n0\r\n${'A: b\r\n'.repeat(12_000)}\r\n`, outcome: 'cut short 400' },
];
