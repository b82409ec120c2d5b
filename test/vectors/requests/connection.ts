import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const get2 = 'GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n';
const alice = 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n';

/** What follows a request on its connection: close, upgrade, expectation (RFC 9112 section 9, RFC 9110 section 7.8). */
export const connection: readonly RequestVector[] = [
  ...each(['close', 'Close', 'CLOSE', 'keep-alive, close', 'close, x', 'x,close', ' , close ,', 'x\r\nConnection: close'], (value) => ({
    name: `Connection: ${toPrintable(value)}: what follows reaches nobody`,
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: ${value}\r\n\r\n${get2}`,
    outcome: 'baseline, closed',
  })),
  ...each(['keep-alive', 'x', 'closed', 'x-close', '', 'close-notify'], (value) => ({
    name: `Connection: ${toPrintable(value)} closes nothing`,
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: ${value}\r\n\r\n${get2}`,
    outcome: 'baseline, baseline',
  })),
  {
    name: 'what follows a close reaches nobody, also with a key',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, closed',
  },
  { name: 'what follows HTTP/1.0 reaches nobody', send: wire`GET /1 HTTP/1.0\r\nHost: orders\r\n\r\n${get2}`, outcome: 'baseline, closed' },
  {
    name: 'HTTP/1.0 with keep-alive goes on',
    send: wire`GET /1 HTTP/1.0\r\nHost: orders\r\nConnection: Keep-Alive\r\n\r\n${get2}`,
    outcome: 'baseline, baseline',
  },
  ...each(
    [
      'Keep-Alive: timeout=5, max=100',
      'Proxy-Connection: keep-alive',
      'TE: trailers',
      'Connection: TE\r\nTE: trailers',
      'Trailer: A',
      'Via: 1.1 a',
      'Proxy-Authorization: x',
      'Forwarded: for=a',
      'X-Forwarded-For: a',
    ],
    (lines) => ({
      name: `${toPrintable(lines)} passes as it is`,
      send: wire`GET / HTTP/1.1\r\nHost: orders\r\n${lines}\r\n\r\n`,
      outcome: 'baseline',
    }),
  ),

  ...each(
    ['Content-Length', 'close, content-length', 'Transfer-Encoding', 'keep-alive,TRANSFER-ENCODING', 'Host', 'x\r\nConnection: host'],
    (value) => ({
      name: `Connection: ${toPrintable(value)} would take framing away from who obeys it`,
      send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nConnection: ${value}\r\nContent-Length: 5\r\n\r\nhello`,
      outcome: 'refused 400',
    }),
  ),
  {
    name: 'a close behind a body: what follows reaches nobody',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello${get2}`,
    outcome: 'baseline, closed',
  },
  {
    name: 'Proxy-Connection: close closes nothing',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nProxy-Connection: close\r\n\r\n${get2}`,
    outcome: 'baseline, baseline',
  },

  ...each(
    [
      '100-continue',
      '100-Continue',
      'something-else',
      '',
      'y 100-continue',
      '100-continue, x',
      '100-continue;q=1',
      '"100-continue"',
      '\t100-continue ',
    ],
    (value) => ({
      name: `Expect: ${value} with its body behind it, then a request for another side`,
      send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nExpect: ${value}\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
      outcome: 'baseline, alice',
    }),
  ),

  ...each(['100-continue\r\nExpect: 100-continue', 'x\r\nExpect: 100-continue'], (lines) => ({
    name: `two expectations: ${toPrintable(lines)}`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nExpect: ${lines}\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  })),
  ...each(['Expect : 100-continue', 'Expect: 100-continue\r\n x', 'Expect:\n100-continue', 'Expect: 100\0-continue'], (lines) => ({
    name: `a disguised expectation: ${toPrintable(lines)}`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\n${lines}\r\nContent-Length: 5\r\n\r\nhello`,
    outcome: 'refused 400',
  })),
  ...each(['GET', 'HEAD', 'OPTIONS', 'POST'], (method) => ({
    name: `an expectation of a ${method} without a body, then another side`,
    send: wire`${method} /1 HTTP/1.1\r\nHost: orders\r\nExpect: 100-continue\r\n\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  })),
  {
    name: 'an expectation with chunks, then another side',
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  },

  ...each(['websocket', 'WebSocket', 'x/1, y/2'], (value) => ({
    name: `a refused upgrade to ${value} stays HTTP, and what follows is routed on its own`,
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: ${value}\r\n\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  })),
  ...each([`Content-Length: ${alice.length}\r\n\r\n${alice}`, `Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`], (body) => ({
    name: `a refused upgrade with a body: ${toPrintable(body)}`,
    send: wire`POST /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${body}GET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  })),
  ...each(['Upgrade: websocket', 'Connection: Upgrade', 'Connection: upgraded\r\nUpgrade: websocket'], (lines) => ({
    name: `half an offer to upgrade offers nothing: ${toPrintable(lines)}`,
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\n${lines}\r\n\r\nGET /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
    outcome: 'baseline, alice',
  })),
  {
    name: 'a refused upgrade with a key, then one without',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${alice}\r\n${get2}`,
    outcome: 'alice, baseline',
  },
  ...each(['h2c', 'H2C', 'h2c, h2c', ' h2c ,'], (value) => ({
    name: `Upgrade: ${toPrintable(value)} and its settings are removed`,
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${value}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nA: b\r\n\r\n${get2}`,
    outcome: 'baseline, baseline',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nA: b\r\n\r\n${get2}`,
  })),
  {
    name: 'of several protocols only h2c is removed',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nUpgrade: h2c, websocket\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    outcome: 'baseline',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  },
  {
    name: 'h2c in a second Upgrade line is removed',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nUpgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`,
    outcome: 'baseline',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  },
  {
    name: 'h2c without a Connection is removed',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nUpgrade: h2c\r\n\r\n`,
    outcome: 'baseline',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\n\r\n`,
  },
  {
    name: 'HTTP2-Settings alone are removed',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: HTTP2-Settings, close\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    outcome: 'baseline, closed',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n`,
  },
  {
    name: 'h2c is removed from a keyed request too',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\n${alice}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    outcome: 'alice',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`,
  },
  {
    name: 'a key that Connection names is a key, and its name goes from Connection',
    send: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: x-intercept-id, keep-alive, Baggage\r\n${alice}\r\n`,
    outcome: 'alice',
    arrives: wire`GET /1 HTTP/1.1\r\nHost: orders\r\nConnection: keep-alive\r\n${alice}\r\n`,
  },
];
