import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** Lines end in CR LF and in nothing else (stricter than RFC 9112 section 2.2 allows: servers differ on the rest). */
export const lineEnds: readonly RequestVector[] = [
  ...each(['\n', '\r', '\r\r\n', '\n\r', '\r\0\n', ' \n', '\x0b', '\x85', '\xe2\x80\xa8'], (end) => ({
    name: `the request line ends in ${toPrintable(end)}`,
    send: wire`GET / HTTP/1.1${end}Host: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
  ...each(['\n', '\r', '\r\r\n', '\n\r', '\r\0\n', '\r \n', '\x0b\r\n', '\0\r\n', '\x0b', '\x0c', '\x1e', '\r\x85\n'], (end) => ({
    name: `a field line ends in ${toPrintable(end)}`,
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b${end}C: d\r\n\r\n`,
    outcome: 'refused 400',
  })),
  ...each(['\n', '\n\n', '\r\n\n', '\r\n\r\r\n', '\r\n \r\n', '\r\n\0\r\n\r\n', '\r\n\r \n'], (end) => ({
    name: `the head ends in ${toPrintable(end)}`,
    send: wire`GET / HTTP/1.1\r\nHost: orders${end}GET /second HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
  ...each(['\x85', '\xe2\x80\xa8', '\xc2\x85'], (end) => ({
    name: `${toPrintable(end)} is no line end for anybody, and a key behind it is a part of the value`,
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b${end}x-intercept-id: alice\r\n\r\n`,
    outcome: 'baseline',
  })),
  { name: 'LF everywhere, as careless clients send it', send: wire`GET / HTTP/1.1\nHost: orders\n\n`, outcome: 'refused 400' },
  {
    name: 'a CR inside of a value hides a key from whom reads it as a line end',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b\rx-intercept-id: alice\r\n\r\n`,
    outcome: 'refused 400',
  },
  {
    name: 'an LF inside of a value hides a key from whom reads it as white space',
    send: wire`GET / HTTP/1.1\r\nHost: orders\r\nA: b\nx-intercept-id: alice\r\n\r\n`,
    outcome: 'refused 400',
  },
];
