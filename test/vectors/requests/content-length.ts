import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** Content-Length: decimal digits, once, and alone (RFC 9112 section 6.3). */
export const contentLength: readonly RequestVector[] = [
  ...each(['5', '5 ', '\t5\t', '005', `${'0'.repeat(300)}5`], (value) => ({
    name: `Content-Length ${toPrintable(value)} is five`,
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: ${value}\r\n\r\nhello`,
    outcome: 'baseline',
  })),
  ...each(
    [
      '',
      '+5',
      '-5',
      '-0',
      '0x5',
      '5a',
      'a5',
      '5.0',
      '5e0',
      '5 5',
      '5,5',
      '5, 5',
      ',5',
      '5,',
      '5;',
      '"5"',
      '5_0',
      '\x0b5',
      '5\x0b',
      '\xa05',
      '\xb2',
      '5\0',
      '5\r',
      '٥',
    ].map((value) => Buffer.from(value, value === '٥' ? 'utf8' : 'latin1').toString('latin1')),
    (value) => ({
      name: `Content-Length ${toPrintable(value)} is no number`,
      send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: ${value}\r\n\r\nhello`,
      outcome: 'refused 400',
    }),
  ),
  ...each(
    [
      '9007199254740992',
      '18446744073709551615',
      '18446744073709551616',
      '18446744073709551618',
      '4294967296000000000000000',
      '9'.repeat(400),
    ],
    (value) => ({
      name: `Content-Length ${toPrintable(value)} is larger than any body`,
      send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: ${value}\r\n\r\nhello`,
      outcome: 'refused 400',
    }),
  ),
  {
    name: 'two equal Content-Lengths',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'refused 400',
  },
  {
    name: 'two different Content-Lengths',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\nhello`,
    outcome: 'refused 400',
  },
  {
    name: 'the larger one first',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 6\r\nA: b\r\nContent-Length: 0\r\n\r\nhello`,
    outcome: 'refused 400',
  },
  {
    name: 'an empty one besides',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\nContent-Length:\r\n\r\nhello`,
    outcome: 'refused 400',
  },
  { name: 'a Content-Length of 0', send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 0\r\n\r\n`, outcome: 'baseline' },
  { name: 'a GET with a body', send: wire`GET / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\n\r\nhello`, outcome: 'baseline' },
  { name: 'a HEAD with a body', send: wire`HEAD / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\n\r\nhello`, outcome: 'baseline' },
  { name: 'HTTP/1.0 with a body', send: wire`POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello`, outcome: 'baseline, closed' },
  { name: 'a POST without a length has no body', send: wire`POST / HTTP/1.1\r\nHost: orders\r\n\r\n`, outcome: 'baseline' },
  {
    name: 'bytes behind a body are the next request, and a bad one',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 5\r\n\r\nhello world\r\n\r\n`,
    outcome: 'baseline, refused 400',
  },
  {
    name: 'bytes behind a head without a length are the next request, and a bad one',
    send: wire`POST / HTTP/1.1\r\nHost: orders\r\n\r\n{"a":1}\r\n`,
    outcome: 'baseline, refused 400',
  },
  {
    name: 'every byte value in a body',
    send: wire`PUT / HTTP/1.1\r\nHost: orders\r\nContent-Length: 256\r\n\r\n${String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))}`,
    outcome: 'baseline',
  },
];
