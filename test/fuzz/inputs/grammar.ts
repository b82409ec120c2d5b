import type { Random } from '@switchyard/testkit';
import { pick, upTo } from './chance.ts';

// Messages by the grammar of RFC 9112, so that mutations begin at what passes; each spot is odd once in a while.

function usually(plain: string, odd: readonly string[], random: Random): string {
  return random() < 0.92 ? plain : pick(odd, random);
}

function repeat(most: number, random: Random, one: () => string): string {
  return Array.from({ length: upTo(most + 1, random) }, one).join('');
}

const spaces: readonly string[] = ['', '  ', '\t', ' \t ', '\x0b', '\xa0'];
const lineEnds: readonly string[] = ['\n', '\r', '\r\r\n', '\r\n ', ' \r\n', '\0\r\n'];

function line(name: string, value: string, random: Random): string {
  const written = random() < 0.2 ? name.toUpperCase() : name;
  return `${usually(written, [`${written} `, ` ${written}`, `${written}\t`, `${written}\0`], random)}:${usually(' ', spaces, random)}${value}${usually('\r\n', lineEnds, random)}`;
}

const keyValues: readonly string[] = ['alice', 'bob', 'Alice', 'alice ', 'nobody', '', 'alice,bob', 'alice;p=1', '%61lice'];

function keyLine(random: Random): string {
  const key = pick(keyValues, random);
  return pick(
    [
      () => line('x-intercept-id', key, random),
      () => line('baggage', `intercept=${key}`, random),
      () => line('Baggage', `a=b, intercept=${key};c=d,e`, random),
      () => line('Cookie', `x=y; intercept=${key}`, random),
      () => line('kubernetes-route-as', key, random),
    ],
    random,
  )();
}

const others: readonly (readonly [string, string])[] = [
  ['Accept', '*/*'],
  ['A', ''],
  ['A', 'b\tc'],
  ['Connection', 'keep-alive'],
  ['Connection', 'close'],
  ['Connection', 'x-intercept-id, keep-alive'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c, websocket'],
  ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
  ['Expect', '100-continue'],
  ['TE', 'trailers'],
  ['Content-Encoding', 'chunked'],
  ['Content_Length', '9'],
  ['Trailer', 'A'],
  ['Keep-Alive', 'timeout=5'],
];

function fieldLines(random: Random): string {
  return repeat(3, random, () => (random() < 0.4 ? keyLine(random) : line(...pick(others, random), random)));
}

const hidden = 'GET /hidden HTTP/1.1\r\nHost: orders\r\nx-intercept-id: bob\r\n\r\n';
const datas: readonly string[] = ['', 'x', 'hello', '0\r\n\r\n', '\r\n', hidden, 'a'.repeat(300)];
const extensions: readonly string[] = [';a', ';a=b', ';a="b;c"', ';a="\\""', ';a="', ';', ' ;a', ';a=', ';a\n', ';\xe9'];

function chunk(data: string, random: Random): string {
  const size = data.length.toString(16);
  const written = usually(size, [`0${size}`, `0x${size}`, `+${size}`, `${size} `, ` ${size}`, `${size}_`, size.toUpperCase()], random);
  return `${written}${random() < 0.15 ? pick(extensions, random) : ''}${usually('\r\n', lineEnds, random)}${data}${usually('\r\n', [...lineEnds, '', '\n'], random)}`;
}

function chunks(random: Random): string {
  const body = repeat(3, random, () => chunk(pick(datas.slice(1), random), random));
  const trailers =
    random() < 0.2 ? repeat(2, random, () => line(pick(['A', 'Digest', 'Host', 'x-intercept-id'], random), 'b', random)) : '';
  return `${body}${usually('0', ['00', '0;a', '0 ', ''], random)}\r\n${trailers}${usually('\r\n', lineEnds, random)}`;
}

/** Framing lines and the body that they frame. */
function framed(random: Random): readonly [lines: string, body: string] {
  const data = pick(datas, random);
  const length = usually(
    `${data.length}`,
    [`0${data.length}`, `+${data.length}`, `${data.length},${data.length}`, `${data.length + 1}`],
    random,
  );
  const coding = usually('chunked', ['Chunked', 'chunked, chunked', 'gzip, chunked', 'xchunked', '"chunked"', 'chunked;a'], random);
  switch (upTo(8, random)) {
    case 0:
    case 1:
      return ['', ''];
    case 2:
    case 3:
    case 4:
      return [line('Content-Length', length, random), data];
    case 5:
    case 6:
      return [line('Transfer-Encoding', coding, random), chunks(random)];
    default:
      return [line('Content-Length', length, random) + line('Transfer-Encoding', coding, random), chunks(random)];
  }
}

function request(random: Random): string {
  const method = usually(
    pick(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'], random),
    ['CONNECT', 'get', 'M-SEARCH', 'X', 'PRI', ''],
    random,
  );
  const target = usually(
    pick(['/', '/a?b=c', '/?__intercept=alice', '/?x&__intercept=bob'], random),
    ['*', 'http://orders/', 'http://payments/', 'orders:80', '/\xe9', '/a b', ''],
    random,
  );
  const version = usually('HTTP/1.1', ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', ''], random);
  const host = line('Host', usually('orders', ['orders:80', 'a b', '', 'orders\r\nHost: x'], random), random);
  const [framing, body] = framed(random);
  const before = fieldLines(random);
  return `${method} ${target} ${version}${usually('\r\n', lineEnds, random)}${host}${before}${framing}${fieldLines(random)}\r\n${body}`;
}

/** One to three requests in a row. */
export function generateRequests(random: Random): string {
  return Array.from({ length: 1 + upTo(3, random) }, () => request(random)).join(usually('', ['\r\n', '\n', ' ', '\0'], random));
}

function response(random: Random): string {
  const status = usually(
    pick(['200 OK', '204 No Content', '304 Not Modified', '404 x', '103 x', '100'], random),
    ['101 x', '099 x', '20', '2000'],
    random,
  );
  const version = usually('HTTP/1.1', ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2', ' HTTP/1.1'], random);
  const [framing, body] = framed(random);
  return `${version} ${status}${usually('\r\n', lineEnds, random)}${fieldLines(random)}${framing}\r\n${body}`;
}

/** One to three responses in a row. */
export function generateResponses(random: Random): string {
  return Array.from({ length: 1 + upTo(3, random) }, () => response(random)).join('');
}
