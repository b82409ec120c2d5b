import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** METHOD SP TARGET SP VERSION CRLF, and nothing that only looks like it (RFC 9112 section 3). */
export const requestLine: readonly RequestVector[] = [
  { name: 'a plain GET', send: wire`GET / HTTP/1.1\r\nHost: orders\r\n\r\n`, outcome: 'baseline' },

  ...each(['get', 'PATCH', 'M-SEARCH', 'X', "!#$%&'*+-.^_|~09", 'A'.repeat(32)], (method) => ({
    name: `the method ${toPrintable(method)} is a token`,
    send: wire`${method} /m HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline',
  })),
  ...each(
    ['', ' GET', '\tGET', 'G{T', 'GET:', '"GET"', 'GET,POST', '(GET)', 'G\x80T', 'G\0T', 'G\x7fT', 'G/T', 'A'.repeat(100)],
    (method) => ({
      name: `the method ${toPrintable(method)} is none`,
      send: wire`${method} /m HTTP/1.1\r\nHost: orders\r\n\r\n`,
      outcome: 'refused 400',
    }),
  ),

  ...each(['GET  /', 'GET\t/', 'GET / ', 'GET /\t', 'GET /a b', 'GET /a\tb', 'GET', 'GET ', 'GET  '], (line) => ({
    name: `${toPrintable(line)} is not method, one space, target`,
    send: wire`${line} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
  ...each(
    [
      'HTTP/1.2',
      'HTTP/0.9',
      'HTTP/2.0',
      'HTTP/2',
      'HTTP/1',
      'HTTP/1.',
      'HTTP/1.10',
      'HTTP/01.1',
      'HTTP/1,1',
      'http/1.1',
      'HTTP/ 1.1',
      'HTTPS/1.1',
      'HTTP/1.1x',
      'HTTP/1.1 ',
      'HTTP/1.1\t',
      'xHTTP/1.1',
      '',
      '\0',
    ],
    (version) => ({
      name: `the version ${toPrintable(version)} is none`,
      send: wire`GET / ${version}\r\nHost: orders\r\n\r\n`,
      outcome: 'refused 400',
    }),
  ),
  { name: 'HTTP/0.9 is not spoken', send: wire`GET /\r\n\r\n`, outcome: 'refused 400' },

  ...each(['/', '//', '/../a', '/a?b=c?d', '/%00%0d%0a', '/a;b=c', '/"<>\\^`{|}', '/a#b', '/?', `/${'a'.repeat(8000)}`], (target) => ({
    name: `the target ${toPrintable(target)} passes as it is`,
    send: wire`GET ${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline',
  })),
  ...each(['/\xe9', '/\xc3\xa9', '/\0', '/a\x7f', '/a\x1b', '/a\x0b', '/a\r', '/a\n', '\x80'], (target) => ({
    name: `the target ${toPrintable(target)} holds what no target may`,
    send: wire`GET ${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
  ...each(['http://orders/a', 'HTTP://Orders/a', 'https://orders/a', 'http://orders', 'http://orders?a'], (target) => ({
    name: `the absolute target ${toPrintable(target)} names the Host`,
    send: wire`GET ${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline',
  })),
  ...each(
    [
      'http://payments/',
      'http://orders:80/',
      'http://user@orders/',
      'http://orders@payments/',
      'http:///',
      'http://orders\\@payments/',
      'http://orders.payments/',
      'http://payments#orders',
      'ws://orders/',
      'ftp://orders/',
      '\\orders',
      'http:/orders/',
      'http:orders',
      'orders/a',
      'orders:80',
      'a',
      '**',
      '*',
      '*/',
      '?a',
      '#',
    ],
    (target) => ({
      name: `the target ${toPrintable(target)} is neither a path nor of the Host`,
      send: wire`GET ${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
      outcome: 'refused 400',
    }),
  ),
  { name: 'an absolute target of HTTP/1.0 without a Host', send: wire`GET http://orders/ HTTP/1.0\r\n\r\n`, outcome: 'refused 400' },
  { name: 'OPTIONS of the whole server', send: wire`OPTIONS * HTTP/1.1\r\nHost: orders\r\n\r\n`, outcome: 'baseline' },
  ...each(['orders:80', '/', '*', 'http://orders/'], (target) => ({
    name: `CONNECT ${toPrintable(target)} is never proxied`,
    send: wire`CONNECT ${target} HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 405',
  })),
  {
    name: 'a CONNECT in lower case is an ordinary method, and a port is no path',
    send: wire`connect orders:80 HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  },

  {
    name: 'one empty line before a request is skipped',
    send: wire`\r\nGET / HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline',
    arrives: wire`GET / HTTP/1.1\r\nHost: orders\r\n\r\n`,
  },
  {
    name: 'one empty line between two requests is skipped',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: 2\r\n\r\nab\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'baseline, baseline',
    arrives: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: orders\r\n\r\n`,
  },
  ...each(['\r\n\r\n', '\n', '\r', '\r\r\n', '\r\n\n', '\0', '\r\n '], (before) => ({
    name: `${toPrintable(before)} before a request is more than one empty line`,
    send: wire`${before}GET / HTTP/1.1\r\nHost: orders\r\n\r\n`,
    outcome: 'refused 400',
  })),
];
