import { each, type RequestVector } from '../request-vector.ts';
import { toPrintable, wire } from '../wire.ts';

const alice = 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n';
const bob = 'x-intercept-id: bob\r\nbaggage: intercept=bob\r\n';
const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`;
const post = (path: string, body: string, lines = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: orders\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (path: string, body: string, lines = ''): string =>
  `PUT ${path} HTTP/1.1\r\nHost: orders\r\n${lines}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

/** Requests in a row: each decided on its own, answered in order (RFC 9112 section 9.3.2). */
export const pipelining: readonly RequestVector[] = [
  { name: 'two without a key', send: wire`${get('/1')}${get('/2')}`, outcome: 'baseline, baseline' },
  { name: 'forty without a key', send: wire`${get('/n').repeat(40)}`, outcome: Array(40).fill('baseline').join(', ') },
  { name: 'a key, then none', send: wire`${get('/1', alice)}${get('/2')}`, outcome: 'alice, baseline' },
  { name: 'none, then a key', send: wire`${get('/1')}${get('/2', alice)}`, outcome: 'baseline, alice' },
  {
    name: 'three sides in turn',
    send: wire`${get('/1', alice)}${get('/2', bob)}${get('/3')}${get('/4', bob)}${get('/5', alice)}${get('/6')}`,
    outcome: 'alice, bob, baseline, bob, alice, baseline',
  },
  {
    name: 'bodies of all kinds between the sides',
    send: wire`${post('/1', 'one', alice)}${chunked('/2', 'two')}${post('/3', '')}${chunked('/4', 'four', bob)}${get('/5')}`,
    outcome: 'alice, baseline, baseline, bob, baseline',
  },
  {
    name: 'a HEAD between two GETs',
    send: wire`${get('/1')}HEAD /2 HTTP/1.1\r\nHost: orders\r\n\r\n${get('/3')}`,
    outcome: 'baseline, baseline, baseline',
  },
  {
    name: 'a bad request behind a good one',
    send: wire`${get('/1')}GET / HTTP/1.1\r\nHost : orders\r\n\r\n${get('/3')}`,
    outcome: 'baseline, refused 400',
  },
  {
    name: 'a bad request behind one with a key',
    send: wire`${get('/1', alice)}GET / HTTP/9.9\r\nHost: orders\r\n\r\n`,
    outcome: 'alice, refused 400',
  },
  {
    name: 'a CONNECT behind a good request',
    send: wire`${get('/1')}CONNECT orders:80 HTTP/1.1\r\nHost: orders\r\n\r\n${get('/3')}`,
    outcome: 'baseline, refused 405',
  },
  {
    name: 'a bad chunk behind a good request',
    send: wire`${get('/1')}PUT / HTTP/1.1\r\nHost: orders\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`,
    outcome: 'baseline, cut short 400',
  },
  {
    name: 'a bad chunk for another side',
    send: wire`${get('/1')}PUT / HTTP/1.1\r\nHost: orders\r\n${alice}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n`,
    outcome: 'baseline, cut short 400',
  },
  ...each(
    ['GET /\r\n', 'GET /\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x16\x03\x01\x02\0', '\0', 'SSH-2.0-x\r\n', '0\r\n\r\n'],
    (other) => ({
      name: `another protocol behind a good request: ${toPrintable(other)}`,
      send: wire`${get('/1')}${other}`,
      outcome: 'baseline, refused 400',
    }),
  ),
  ...each(['GET /\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], (other) => ({
    name: `another protocol behind one with a key: ${toPrintable(other)}`,
    send: wire`${get('/1', alice)}${other}`,
    outcome: 'alice, refused 400',
  })),

  // A reader that remembers heads must not take a similar one for the same.
  {
    name: 'the same head ten times, with a body',
    send: wire`${post('/1', 'hello').repeat(10)}`,
    outcome: Array(10).fill('baseline').join(', '),
  },
  { name: 'the same head ten times, with a key', send: wire`${get('/1', alice).repeat(10)}`, outcome: Array(10).fill('alice').join(', ') },
  {
    name: 'the same head with and without a key, in turn',
    send: wire`${get('/1')}${get('/1', alice)}${get('/1')}${get('/1', bob)}${get('/1', alice)}${get('/1')}`,
    outcome: 'baseline, alice, baseline, bob, alice, baseline',
  },
  {
    name: 'the same head but for the key, which is as long',
    send: wire`${get('/1', bob)}${get('/1', bob.replaceAll('bob', 'bab'))}${get('/1', bob)}`,
    outcome: 'bob, baseline, bob',
  },
  {
    name: 'the same head but for a length, which is as long',
    send: wire`${post('/1', 'hello')}${post('/1', 'bye')}${post('/1', 'hello')}`,
    outcome: 'baseline, baseline, baseline',
  },
  ...each(['\r\n\n', '\r\n\r', '\n\n', '\r\n \r\n', '\0\r\n\r\n'], (end) => ({
    name: `the same head but for its end, ${toPrintable(end)}`,
    send: wire`${get('/1').repeat(2)}GET /1 HTTP/1.1\r\nHost: orders${end}${get('/1')}`,
    outcome: 'baseline, baseline, refused 400',
  })),
];
