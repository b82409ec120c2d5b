import fc from 'fast-check';

/** Bytes at which parsers go wrong, and some at which they must not. */
const marks = fc.oneof(
  fc.constantFrom('\r', '\n', '\r\n', '\r\n\r\n', ' ', '\t', '\0', '\x0b', '\x1f', '\x7f', '\x80', '\xa0', '\xff'),
  fc.constantFrom(':', ';', ',', '?', '#', '/', '*', '%', '@', '[', ']', '-', '+', '"', '(', '0', '7', 'a', 'F', 'Z', 'x'),
);

/** `text`, and what becomes of it when a few places are changed: near to valid, where a random text would never come. */
function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(), remove: fc.nat({ max: 2 }), insert: fc.oneof(fc.constant(''), marks) });
  const changed = fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 3 })).map(([original, changes]) => {
    let result = original;
    for (const { at, remove, insert } of changes) {
      const index = at % (result.length + 1);
      result = result.slice(0, index) + insert + result.slice(index + remove);
    }
    return result;
  });
  return fc.oneof(text, changed);
}

const space = fc.constantFrom('', ' ', ' ', '\t', ' \t ');

function fieldLine(name: string, value: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(name, name.toLowerCase(), name.toUpperCase()), space, space)
    .map(([spelling, before, after]) => `${spelling}:${before}${value}${after}\r\n`);
}

const ordinaryLine = fc.constantFrom('', 'x', 'a b\tc', '\x80\xff', 'a:b;c,d').chain((value) => fieldLine('X-Other', value));
const framingLine = fc
  .constantFrom<[string, string]>(
    ['Content-Length', '0'],
    ['Content-Length', '5'],
    ['Content-Length', '9007199254740991'],
    ['Transfer-Encoding', 'chunked'],
    ['Transfer-Encoding', 'Chunked'],
    ['Connection', 'close'],
    ['Connection', 'keep-alive'],
    ['Connection', 'Upgrade, x-key'],
    ['Connection', '\xa0close, X-Key'],
    ['Connection', 'close, x-key,, HTTP2-Settings'],
    ['Upgrade', 'h2c'],
    ['Upgrade', 'websocket, h2c'],
    ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
    ['Expect', '100-continue'],
    ['Cache-Control', 'private, no-store'],
  )
  .chain(([name, value]) => fieldLine(name, value));
const keyLine = fc.constantFrom('alice', 'a=1,intercept=bob').chain((value) => fieldLine('X-Key', value));
const hostLine = fc.constantFrom('orders', 'Orders:8080', '[::1]:80', '127.0.0.1', '', 'a_b~c!').chain((value) => fieldLine('Host', value));

const fieldLines: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 3, arbitrary: ordinaryLine }, { weight: 2, arbitrary: framingLine }, keyLine), { maxLength: 5 })
  .map((lines) => lines.join(''));

const method = fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'get', 'M-SEARCH', "!#$%&'*+-.^_`|~09");
const target = fc.constantFrom(
  '/',
  '/a?b=c?d',
  '/?',
  '*',
  'http://orders/x?y',
  'https://ORDERS:8080',
  'http://orders',
  'orders:80',
  '//x',
  '/%00#f',
);
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0');

/** A request head that is valid or nearly so, with or without more bytes behind it. */
export const requestHead: fc.Arbitrary<Buffer> = mutated(
  fc
    .tuple(fc.constantFrom('', '', '', '\r\n'), method, target, version, hostLine, fieldLines, fc.constantFrom('', 'G', 'hello\r\n\r\n'))
    .map(([empty, verb, where, http, host, lines, behind]) => `${empty}${verb} ${where} ${http}\r\n${host}${lines}\r\n${behind}`),
).map(toBytes);

const reason = fc.constantFrom('', ' ', ' OK', ' Not \x80\tso good');
const status = fc.constantFrom('100', '101', '103', '200', '204', '304', '404', '599', '099', '600');

/** A response head that is valid or nearly so, with or without more bytes behind it. */
export const responseHead: fc.Arbitrary<Buffer> = mutated(
  fc
    .tuple(version, status, reason, fieldLines, fc.constantFrom('', 'HTTP', 'hello'))
    .map(([http, code, text, lines, behind]) => `${http} ${code}${text}\r\n${lines}\r\n${behind}`),
).map(toBytes);

const chunkExtension = fc.constantFrom('', '', '', ';a', ';a=b', ';a="b;c"', '; q = \x80');
const chunk = fc
  .tuple(fc.stringMatching(/^[a-f\r\n]{1,20}$/), chunkExtension, fc.constantFrom('', '', '0', '00'), fc.boolean())
  .map(([data, extension, zeroes, upper]) => {
    const size = data.length.toString(16);
    return `${zeroes}${upper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
  });
const trailerLine = fc
  .constantFrom<[string, string]>(
    ['X-Sum', 'abc'],
    ['Expires', ''],
    ['grpc-status', '0'],
    ['X-Key', 'alice'],
    ['Host', 'a'],
    ['Content-Length', '3'],
  )
  .chain(([name, value]) => fieldLine(name, value));

/** A chunked body that is valid or nearly so, with or without more bytes behind it. */
export const chunkedBody: fc.Arbitrary<Buffer> = mutated(
  fc
    .tuple(
      fc.array(chunk, { maxLength: 3 }),
      chunkExtension,
      fc.array(trailerLine, { maxLength: 2 }),
      fc.constantFrom('', 'GET / HTTP/1.1\r\n'),
    )
    .map(([chunks, extension, trailers, behind]) => `${chunks.join('')}0${extension}\r\n${trailers.join('')}\r\n${behind}`),
).map(toBytes);

/** Where an input is cut: fractions of its length, so that they fit every length. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
