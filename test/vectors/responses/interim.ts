import { eachResponse, type ResponseVector } from '../response-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Interim answers (RFC 9110 section 15.2) pass, however many; 101 only where it was asked for. */
export const interim: readonly ResponseVector[] = [
  ...eachResponse(
    [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 102 Processing\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n',
      'HTTP/1.1 199 x\r\n\r\n',
      'HTTP/1.1 100\r\n\r\n',
    ],
    (first) => ({
      name: `${toPrintable(first, 60)} before the answer`,
      answer: wire`${first}${ok}`,
      outcome: 'passed',
    }),
  ),
  { name: 'ten interim answers', answer: wire`${'HTTP/1.1 103 x\r\nA: b\r\n\r\n'.repeat(10)}${ok}`, outcome: 'passed' },
  {
    name: 'an interim answer to a HEAD',
    method: 'HEAD',
    answer: wire`HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n`,
    outcome: 'passed',
  },
  ...eachResponse(['100 Continue', '103 Early Hints'], (status) => ({
    name: `${status} in HTTP/1.0, which has no interim answers`,
    answer: wire`HTTP/1.0 ${status}\r\n\r\n${ok}`,
    outcome: 'refused 502',
  })),
  {
    name: 'forty interim answers, more than anybody means',
    answer: wire`${'HTTP/1.1 103 x\r\n\r\n'.repeat(40)}${ok}`,
    outcome: 'refused 502',
  },
  ...eachResponse(['Content-Length: 5', 'Transfer-Encoding: chunked'], (line) => ({
    name: `101 that was asked for, with ${line}`,
    requestLines: 'Connection: Upgrade\r\nUpgrade: echo\r\n',
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${line}\r\n\r\n`,
    outcome: 'refused 502',
  })),
  {
    name: '101 of HTTP/1.0 that was asked for',
    requestLines: 'Connection: Upgrade\r\nUpgrade: echo\r\n',
    answer: wire`HTTP/1.0 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`,
    outcome: 'refused 502',
  },
  ...eachResponse(['Upgrade: websocket\r\n', 'Connection: Upgrade\r\n'], (lines) => ({
    name: `101 for half an offer: ${toPrintable(lines)}`,
    requestLines: lines,
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    outcome: 'refused 502',
  })),
  {
    name: '101 that nobody asked for',
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    outcome: 'refused 502',
  },
  {
    name: '101 with a body behind it that nobody asked for',
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n\r\nok`,
    outcome: 'refused 502',
  },
  {
    name: '101 to HTTP/2 after its offer was removed',
    requestLines: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    outcome: 'refused 502',
  },
  {
    name: '101 that was asked for, and what follows in the other protocol',
    requestLines: 'Connection: Upgrade\r\nUpgrade: echo\r\n',
    answer: wire`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n\0\xff any bytes\n`,
    originThen: 'ends',
    outcome: 'passed, closed',
  },
  {
    name: 'an upgrade that is refused stays HTTP',
    requestLines: 'Connection: Upgrade\r\nUpgrade: websocket\r\n',
    answer: wire`HTTP/1.1 426 Upgrade Required\r\nUpgrade: other\r\nContent-Length: 2\r\n\r\nno`,
    outcome: 'passed',
  },
];
