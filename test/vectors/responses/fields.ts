import { eachResponse, type ResponseVector } from '../response-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** Field lines of an answer: the same rules as in a request. */
export const responseFields: readonly ResponseVector[] = [
  ...eachResponse(
    [
      'A:b',
      'A:',
      'A:\t b \t',
      'A: \xe9',
      'a: 1\r\nA: 2\r\na: 3',
      'Set-Cookie: a=b\r\nSet-Cookie: c=d',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: x',
      'Trailer: A',
      `A: ${'b'.repeat(30_000)}`,
      'Host: x\r\nHost: y',
    ],
    (lines) => ({
      name: `the field lines ${toPrintable(lines)} pass as they are`,
      answer: wire`HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 2\r\n\r\nok`,
      outcome: 'passed',
    }),
  ),
  ...eachResponse(
    [
      'A : b',
      'A\t: b',
      ' A: b',
      'A: b\r\n c',
      ': b',
      'A',
      'A(: b',
      'A b: c',
      '\xe9: b',
      'A: b\0',
      'A: b\x01',
      'A: b\x7f',
      'A: b\rc',
      'A: b\nC: d',
      'A: b\r',
      'Location: /\nSet-Cookie: a=b',
      'Location: /\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nno',
      'Location: /\rSet-Cookie: a=b',
      'A\xa0: b',
      ':status: 200',
      'Content-Length : 5',
      ' Content-Length: 5',
      '\0: b',
    ],
    (lines) => ({
      name: `the field lines ${toPrintable(lines)} are malformed`,
      answer: wire`HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 2\r\n\r\nok`,
      outcome: 'refused 502',
    }),
  ),
  { name: 'the head ends in LF', answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok`, outcome: 'refused 502' },
  { name: 'LF everywhere', answer: wire`HTTP/1.1 200 OK\nContent-Length: 2\n\nok`, outcome: 'refused 502' },
  { name: '2,500 fields', answer: wire`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(2500)}Content-Length: 2\r\n\r\nok`, outcome: 'passed' },
  {
    name: 'a head of over 64 KiB',
    answer: wire`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(66_000)}\r\nContent-Length: 2\r\n\r\nok`,
    outcome: 'refused 502',
  },
  { name: 'a head that never ends', answer: wire`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20_000)}`, outcome: 'refused 502' },
  { name: 'a head cut off by the end', answer: wire`HTTP/1.1 200 OK\r\nContent-Le`, originThen: 'ends', outcome: 'closed' },
];
