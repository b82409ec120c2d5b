import { eachResponse, type ResponseVector } from '../response-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Chunked answers pass as they are; once the head went out, the only honest answer to a mistake is to abort. */
export const responseChunks: readonly ResponseVector[] = [
  ...eachResponse(
    [
      '5\r\nhello\r\n0\r\n\r\n',
      '0\r\n\r\n',
      '05;a="b;c"\r\nhello\r\n00;x\r\n\r\n',
      'A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n',
      '5\r\nhello\r\n0\r\nA: b\r\nA:\r\n\r\n',
    ],
    (body) => ({
      name: `the chunks ${toPrintable(body, 60)} pass as they are`,
      answer: wire`${head}${body}`,
      outcome: 'passed',
    }),
  ),
  {
    name: 'Chunked in another case',
    answer: wire`HTTP/1.1 200 OK\r\ntransfer-encoding:  CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    outcome: 'passed',
  },
  ...eachResponse(
    [
      'x\r\nhello\r\n0\r\n\r\n',
      '\r\n',
      ' 5\r\nhello\r\n0\r\n\r\n',
      '5 \r\nhello\r\n0\r\n\r\n',
      '-5\r\nhello\r\n0\r\n\r\n',
      '0x5\r\nhello\r\n0\r\n\r\n',
      '5\nhello\n0\n\n',
      '5\r\nhello0\r\n\r\n',
      '5\r\nhello!\r\n0\r\n\r\n',
      '6\r\nhello\r\n0\r\n\r\n',
      '5\r\nhello\r\n0\r\n\n',
      '5;a\nb\r\nhello\r\n0\r\n\r\n',
      '5;\r\nhello\r\n0\r\n\r\n',
      '5; a\r\nhello\r\n0\r\n\r\n',
      '5;a="b\r\nhello\r\n0\r\n\r\n',
      '5;\0\r\nhello\r\n0\r\n\r\n',
      `5;${'a'.repeat(300)}\r\nhello\r\n0\r\n\r\n`,
      '10000000000000005\r\nhello\r\n0\r\n\r\n',
      '5\r\nhello\r\n0\r\nA : b\r\n\r\n',
      '5\r\nhello\r\n0\r\n A: b\r\n\r\n',
      '5\r\nhello\r\n0\r\nA: b\0\r\n\r\n',
      '5\r\nhello\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n',
    ],
    (body) => ({
      name: `the chunks ${toPrintable(body, 60)} are malformed`,
      answer: wire`${head}${body}`,
      outcome: 'passed, aborted',
    }),
  ),
  ...eachResponse(['', '5', '5\r\n', '5\r\nhel', '5\r\nhello\r\n', '5\r\nhello\r\n0\r\n', '5\r\nhello\r\n0\r\nA: b\r\n'], (body) => ({
    name: `the connection ends within the chunks, after ${toPrintable(body)}`,
    answer: wire`${head}${body}`,
    originThen: 'ends',
    outcome: 'passed, aborted',
  })),
  { name: 'the connection is reset within the chunks', answer: wire`${head}5\r\nhel`, originThen: 'resets', outcome: 'passed, aborted' },
];
