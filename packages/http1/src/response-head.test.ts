import { parseStrictResponse } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cuts, responseHead } from '../test/arbitraries.ts';
import { everyEnd, feedHead, toEnds } from '../test/feed.ts';
import { http1Limits } from './limits.ts';
import { ResponseHeadParser, untilClose } from './response-head.ts';

const limitBytes = http1Limits.headBytes.value;

/** All that a parser says about `bytes`, which come in pieces that end at `ends`. */
function read(bytes: Buffer, ends: readonly number[] = [], parser = new ResponseHeadParser()): object {
  const progress = feedHead(parser, bytes, ends);
  if (progress === 'refused') return { progress, refusal: parser.refusal };
  if (progress === 'more') return { progress, position: parser.position, begun: parser.begun };
  const { framing, status, minor, position } = parser;
  const body = { get: parser.bodyBytes('GET'), head: parser.bodyBytes('HEAD') };
  return { progress, position, status, minor, body, persists: framing.persists(minor), cacheControl: framing.cacheControl };
}

function readText(text: string): ReturnType<typeof read> {
  return read(Buffer.from(text, 'latin1'));
}

const accepted: readonly (readonly [head: string, says: object])[] = [
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', { status: 200, minor: 1, position: 38, body: { get: 5, head: 0 }, persists: true }],
  ['HTTP/1.1 200\r\n\r\n', { body: { get: untilClose, head: 0 }, persists: true }],
  ['HTTP/1.1 200 \r\n\r\n', { status: 200 }],
  ['HTTP/1.1 404 Not \x80 there\r\nTransfer-Encoding: chunked\r\n\r\n', { status: 404, body: { get: -1, head: 0 } }],
  ['HTTP/1.0 200 OK\r\n\r\n', { minor: 0, persists: false }],
  ['HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', { body: { get: 0, head: 0 } }],
  ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', { body: { get: 0, head: 0 } }],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', { status: 101, body: { get: 0, head: 0 } }],
  ['HTTP/1.1 200 OK\r\nConnection: Close\r\n\r\n', { persists: false }],
  ['HTTP/1.1 200 OK\r\nHost: a\r\nHost: b c\r\n\r\n', { status: 200 }],
  ['HTTP/1.1 200 OK\r\nCache-Control: Private\r\nCache-Control: No-Store\r\n\r\n', { cacheControl: 'private,no-store' }],
];

test.each(accepted)('%j says %o', (head, says) => {
  expect(readText(head)).toMatchObject({ progress: 'done', ...says });
});

const refused: readonly (readonly [head: string, about: RegExp])[] = [
  ['\r\nHTTP/1.1 200 OK\r\n', /status line/],
  ['HTTP/2 200\r\n', /status line/],
  ['HTTP/1.2 200 OK\r\n', /status line/],
  ['http/1.1 200 OK\r\n', /status line/],
  ['HTTP/1.1  200 OK\r\n', /status line/],
  ['HTTP/1.1 20 OK\r\n', /status line/],
  ['HTTP/1.1 2000\r\n', /status line/],
  ['HTTP/1.1 099 X\r\n', /status line/],
  ['HTTP/1.1 600 X\r\n', /status line/],
  ['HTTP/1.1 200 O\0K\r\n', /status line/],
  ['HTTP/1.1 200 OK\n', /status line/],
  ['HTTP/1.1 200OK\r\n', /status line/],
  ['HTTP/1.1 200\tOK\r\n', /status line/],
  ['HTTP/1.1 200 OK\r\nA : b\r\n', /colon/],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n', /Content-Length/],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', /both/],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n', /chunked/],
  ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', /no body/],
  ['HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n', /no body/],
  ['HTTP/1.0 100 Continue\r\n\r\n', /interim/],
  ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', /1\.0/],
];

test.each(refused)('%j is refused', (head, about) => {
  expect(readText(head)).toMatchObject({
    progress: 'refused',
    refusal: { code: 'upstream_violation', message: expect.stringMatching(about) },
  });
});

test('a head means the same however it is cut, and wherever it lies', () => {
  fc.assert(
    fc.property(responseHead, cuts, (bytes, where) => {
      const whole = read(bytes);
      expect(read(bytes, toEnds(where, bytes.length))).toEqual(whole);
      expect(read(bytes, everyEnd(bytes.length))).toEqual(whole);
    }),
    { numRuns: 600 },
  );
});

test('a parser that was used before says the same as a fresh one, also of heads that it saw already, cut anyhow', () => {
  let repeated = 0;
  fc.assert(
    fc.property(
      fc.array(responseHead, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(), cuts), { maxLength: 12 }),
      (heads, turns) => {
        const parser = new ResponseHeadParser();
        for (const [index, where] of turns) {
          const bytes = heads[index % heads.length] ?? Buffer.alloc(0);
          const ends = index % 2 === 0 ? [] : toEnds(where, bytes.length);
          expect(read(bytes, ends, parser)).toEqual(read(bytes));
          if (parser.isRepeated) repeated++;
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(repeated).toBeGreaterThan(50);
});

test('what it accepts, the plain reading of the grammar accepts too, with the same length', () => {
  fc.assert(
    fc.property(responseHead, fc.constantFrom('GET', 'HEAD'), (bytes, method) => {
      const parser = new ResponseHeadParser();
      if (feedHead(parser, bytes, []) !== 'done') return;
      const body = parser.bodyBytes(method);
      // A body of the length found, as far as memory allows one; behind an interim response a final one.
      if (body > 10) return;
      const content = body === -1 ? '0\r\n\r\n' : 'x'.repeat(Math.max(0, body));
      const isInterim = parser.status < 200 && parser.status !== 101;
      const message = Buffer.concat([bytes.subarray(0, parser.position), Buffer.from(isInterim ? 'HTTP/1.1 204\r\n\r\n' : content)]);
      const strict = parseStrictResponse(message, method, true);
      const found = isInterim ? strict?.interim[0] : strict;
      expect(found).toMatchObject({ status: parser.status, version: `1.${parser.minor}` });
      expect(found?.head.length).toBe(parser.position);
      expect(strict?.rawBytes).toBe(message.length);
    }),
    { numRuns: 1000 },
  );
});

/** A head of exactly `bytes` bytes. */
function headOf(bytes: number): Buffer {
  const begin = 'HTTP/1.1 200 OK\r\nX-Long: ';
  return Buffer.from(`${begin}${'x'.repeat(bytes - begin.length - 4)}\r\n\r\n`);
}

test('a head may have exactly the limit', () => {
  for (const ends of [[], [limitBytes - 1], [limitBytes]]) {
    expect(read(Buffer.concat([headOf(limitBytes), headOf(60)]), ends)).toMatchObject({ progress: 'done', position: limitBytes });
    expect(read(headOf(limitBytes + 1), ends)).toMatchObject({
      refusal: { code: 'upstream_violation', message: expect.stringMatching(/larger/) },
    });
    const bad = Buffer.concat([headOf(limitBytes + 100).subarray(0, limitBytes + 1), Buffer.from('\0')]);
    expect(read(bad, ends)).toMatchObject({ refusal: { message: expect.stringMatching(/larger/) } });
  }
});
