import { eachResponse, type ResponseVector } from '../response-vector.ts';
import { toPrintable, wire } from '../wire.ts';

/** How long the body of an answer is (RFC 9112 section 6.3): the same rules as in a request. */
export const bodyLength: readonly ResponseVector[] = [
  ...eachResponse(['Content-Length: 5', 'content-length:005', 'Content-Length:\t5 '], (line) => ({
    name: `${toPrintable(line)} is five`,
    answer: wire`HTTP/1.1 200 OK\r\n${line}\r\n\r\nhello`,
    outcome: 'passed',
  })),
  ...eachResponse(
    ['', '+5', '-5', '0x5', '5a', '5.0', '5,5', '5, 5', '"5"', '5\0', '\xa05', '9007199254740992', '18446744073709551618'],
    (value) => ({
      name: `Content-Length ${toPrintable(value)} is no length`,
      answer: wire`HTTP/1.1 200 OK\r\nContent-Length: ${value}\r\n\r\nhello`,
      outcome: 'refused 502',
    }),
  ),
  ...eachResponse(
    [
      'Content-Length: 5\r\nContent-Length: 5',
      'Content-Length: 5\r\ncontent-length: 6',
      'Content-Length: 0\r\nContent-Length: 5',
      'Content-Length: 15\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nContent-Length: 15',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, gzip',
      'Transfer-Encoding: gzip',
      'Transfer-Encoding:',
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: chunked;q=1',
      'Transfer-Encoding:\x0bchunked',
      'Transfer-Encoding:\tchunked',
      'Transfer-Encoding: chunked ',
      'Transfer-Encoding: chunked\t',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding:\r\n chunked',
    ],
    (lines) => ({
      name: `the lines ${toPrintable(lines, 60)} leave the length open`,
      answer: wire`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      outcome: 'refused 502',
    }),
  ),
  {
    name: 'Transfer-Encoding in HTTP/1.0',
    answer: wire`HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    outcome: 'refused 502',
  },
  { name: 'an empty body', answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`, outcome: 'passed' },
  {
    name: 'the connection closes behind the body',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
    originThen: 'ends',
    outcome: 'passed, closed',
  },
  {
    name: 'a body until the end',
    answer: wire`HTTP/1.1 200 OK\r\nA: b\r\n\r\nuntil the end`,
    originThen: 'ends',
    outcome: 'passed, closed',
  },
  { name: 'an empty body until the end', answer: wire`HTTP/1.1 200 OK\r\n\r\n`, originThen: 'ends', outcome: 'passed, closed' },
  {
    name: 'a body until the end that looks like a second answer',
    answer: wire`HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    originThen: 'ends',
    outcome: 'passed, closed',
  },
  {
    name: 'a body that ends too early',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello`,
    originThen: 'ends',
    outcome: 'passed, aborted',
  },
  {
    name: 'a body that is reset',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello`,
    originThen: 'resets',
    outcome: 'passed, aborted',
  },

  {
    name: 'HEAD has no body whatever its length',
    method: 'HEAD',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n`,
    outcome: 'passed',
  },
  {
    name: 'HEAD has no chunks either',
    method: 'HEAD',
    answer: wire`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`,
    outcome: 'passed',
  },
  { name: 'HEAD without a length', method: 'HEAD', answer: wire`HTTP/1.1 200 OK\r\n\r\n`, outcome: 'passed' },
  {
    name: 'HEAD with two ideas of a length',
    method: 'HEAD',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    outcome: 'refused 502',
  },
  { name: '204 has no body', method: 'DELETE', answer: wire`HTTP/1.1 204 No Content\r\n\r\n`, outcome: 'passed' },
  {
    name: '304 has no body whatever its length',
    answer: wire`HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\nETag: "x"\r\n\r\n`,
    outcome: 'passed',
  },
  { name: '204 with a length of 0', answer: wire`HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n`, outcome: 'passed' },
  ...eachResponse(['204 No Content', '100 Continue', '103 Early Hints'], (status) => ({
    name: `${status} with a length, which some clients wait for`,
    answer: wire`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    outcome: 'refused 502',
  })),
  ...eachResponse(['204 No Content', '100 Continue', '103 Early Hints'], (status) => ({
    name: `${status} with a coding, for which some clients wait for chunks`,
    answer: wire`HTTP/1.1 ${status}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    outcome: 'refused 502',
  })),
  { name: '304 without a length', answer: wire`HTTP/1.1 304 Not Modified\r\n\r\n`, outcome: 'passed' },

  ...eachResponse(
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    (first) => ({
      name: `a second answer that nobody asked for, behind ${toPrintable(first)}`,
      answer: wire`${first}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`,
      outcome: 'passed, rest dropped',
      arrives: wire`${first}`,
    }),
  ),
  {
    name: 'more bytes than the length says',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more`,
    outcome: 'passed, rest dropped',
    arrives: wire`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
  },
  {
    name: 'a body behind a HEAD',
    method: 'HEAD',
    answer: wire`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'passed, rest dropped',
    arrives: wire`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n`,
  },
  {
    name: 'chunks behind a HEAD',
    method: 'HEAD',
    answer: wire`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    outcome: 'passed, rest dropped',
    arrives: wire`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`,
  },
  {
    name: 'a body behind a 204',
    answer: wire`HTTP/1.1 204 No Content\r\n\r\nhello`,
    outcome: 'passed, rest dropped',
    arrives: wire`HTTP/1.1 204 No Content\r\n\r\n`,
  },
  ...eachResponse(['205 Reset Content', '226 x', '299 x', '599 x'], (status) => ({
    name: `${status} has the body that it names`,
    answer: wire`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'passed',
  })),
  ...eachResponse(['Content-Length', 'transfer-encoding', 'x, Host'], (value) => ({
    name: `Connection: ${value} would take framing away from who obeys it`,
    answer: wire`HTTP/1.1 200 OK\r\nConnection: ${value}\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'refused 502',
  })),
  {
    name: 'a body behind a 304',
    answer: wire`HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'passed, rest dropped',
    arrives: wire`HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n`,
  },
];
