import { StrictError, parseStrictRequestHead } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cuts, requestHead } from '../test/arbitraries.ts';
import { everyEnd, feedHead, toEnds } from '../test/feed.ts';
import { FieldNames } from './field-names.ts';
import { http1Limits } from './limits.ts';
import { RequestHeadParser } from './request-head.ts';

const names = new FieldNames(['x-key', 'baggage']);
const limitBytes = http1Limits.headBytes.value;

/** All that a parser says about `bytes`, which come in pieces that end at `ends`. */
function read(bytes: Buffer, ends: readonly number[] = [], parser = new RequestHeadParser(names)): object {
  const progress = feedHead(parser, bytes, ends);
  if (progress === 'refused') return { progress, refusal: parser.refusal };
  if (progress === 'more') return { progress, position: parser.position, begun: parser.begun };
  const { framing, start, targetStart, targetEnd, queryStart } = parser;
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to);
  return {
    progress,
    position: parser.position,
    start,
    method: parser.method,
    minor: parser.minor,
    target: text(targetStart, targetEnd),
    query: queryStart === -1 ? undefined : text(queryStart, targetEnd),
    bodyBytes: parser.bodyBytes,
    upgrade: parser.upgrade && framing.upgrade,
    persists: framing.persists(parser.minor),
    nominated: framing.nominated,
    expectContinue: framing.expectContinue,
    http2Settings: framing.http2Settings,
    fields: framing.fields,
  };
}

function readText(text: string): ReturnType<typeof read> {
  return read(Buffer.from(text, 'latin1'));
}

const accepted: readonly (readonly [head: string, says: object])[] = [
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'GET', minor: 1, target: '/', query: undefined, bodyBytes: 0, persists: true, start: 0 }],
  ['\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'GET', start: 2, position: 29 }],
  ['GET /a?b=?c HTTP/1.1\r\nHost:\r\n\r\n', { target: '/a?b=?c', query: 'b=?c' }],
  ['GET /? HTTP/1.1\r\nHost: a\r\n\r\n', { query: '' }],
  ['OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'OPTIONS', target: '*' }],
  ['GET http://A:80/x HTTP/1.1\r\nHost: a:80\r\n\r\n', { target: 'http://A:80/x' }],
  ['GET / HTTP/1.0\r\n\r\n', { minor: 0, persists: false }],
  ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', { persists: true }],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n', { persists: false, nominated: ['x'] }],
  ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\n\r\n', { bodyBytes: 7 }],
  ['POST / HTTP/1.1\r\nHost: a\r\ntransfer-ENCODING: CHUNKED\r\n\r\n', { bodyBytes: -1 }],
  ['GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n\r\n', { upgrade: 'websocket' }],
  ['GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n', { upgrade: false }],
  ['PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n', { expectContinue: true }],
  [
    'GET / HTTP/1.1\r\nHost: a\r\nX-KEY: \t alice \t\r\nX-Other: b\r\nbaggage:\r\n\r\nrest',
    {
      position: 67,
      fields: [
        { name: 'x-key', value: 'alice', line: 1 },
        { name: 'baggage', value: '', line: 3 },
      ],
    },
  ],
];

test.each(accepted)('%j says %o', (head, says) => {
  expect(readText(head)).toMatchObject({ progress: 'done', ...says });
});

const refused: readonly (readonly [head: string, code: string, about: RegExp])[] = [
  ['CONNECT a:443 HTTP/1.1\r\nHost: a\r\n', 'method_refused', /CONNECT/],
  [' GET / HTTP/1.1\r\n', 'protocol_violation', /method/],
  ['\r\n\r\nGET / HTTP/1.1\r\n', 'protocol_violation', /method/],
  ['\nGET / HTTP/1.1\r\n', 'protocol_violation', /method/],
  ['GET  / HTTP/1.1\r\n', 'protocol_violation', /target/],
  ['GET /\x80 HTTP/1.1\r\n', 'protocol_violation', /target/],
  ['GET /\r\n', 'protocol_violation', /target/],
  ['GET / HTTP/1.2\r\n', 'protocol_violation', /HTTP\/1\.1/],
  ['GET / HTTP/1.1\n', 'protocol_violation', /HTTP\/1\.1/],
  ['GET / http/1.1\r\n', 'protocol_violation', /HTTP\/1\.1/],
  ['GET * HTTP/1.1\r\nHost: a\r\n\r\n', 'protocol_violation', /neither/],
  ['GET a HTTP/1.1\r\nHost: a\r\n\r\n', 'protocol_violation', /neither/],
  ['GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n', 'protocol_violation', /neither/],
  ['GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', 'protocol_violation', /neither/],
  ['GET http://a/ HTTP/1.0\r\n\r\n', 'protocol_violation', /neither/],
  ['GET / HTTP/1.1\r\n\r\n', 'protocol_violation', /no Host/],
  ['GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n', 'protocol_violation', /more than one Host/],
  ['GET / HTTP/1.1\r\nHost: a b\r\n', 'protocol_violation', /Host/],
  ['GET / HTTP/1.1\r\nHost : a\r\n', 'protocol_violation', /colon/],
  ['GET / HTTP/1.1\r\n folded: a\r\n', 'protocol_violation', /folded/],
  ['GET / HTTP/1.1\r\nA: b\r\n folded\r\n', 'protocol_violation', /folded/],
  ['GET / HTTP/1.1\r\nA: b\n', 'protocol_violation', /CR LF/],
  ['GET / HTTP/1.1\r\nA: b\0\r\n', 'protocol_violation', /control/],
  ['GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n', 'protocol_violation', /more than one Content-Length/],
  ['GET / HTTP/1.1\r\nContent-Length: +5\r\n', 'protocol_violation', /decimal/],
  ['GET / HTTP/1.1\r\nContent-Length:\r\n', 'protocol_violation', /decimal/],
  ['GET / HTTP/1.1\r\nContent-Length: 9007199254740992\r\n', 'protocol_violation', /decimal/],
  ['GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n', 'protocol_violation', /chunked/],
  ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', 'protocol_violation', /more than one/],
  ['GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n', 'protocol_violation', /both/],
  ['GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'protocol_violation', /1\.0/],
];

test.each(refused)('%j is refused', (head, code, about) => {
  expect(readText(head)).toMatchObject({ progress: 'refused', refusal: { code, message: expect.stringMatching(about) } });
});

test('a head means the same however it is cut, and wherever it lies', () => {
  fc.assert(
    fc.property(requestHead, cuts, (bytes, where) => {
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
      fc.array(requestHead, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(), cuts), { maxLength: 12 }),
      (heads, turns) => {
        const parser = new RequestHeadParser(names);
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

test('of heads that differ in a few places a parser that saw the others says the same as a fresh one', () => {
  const value = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', ':', ',', '\r', '\n', '\0', '\x80'), maxLength: 4 });
  const valid = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', ':', '\x80'), maxLength: 4 });
  const line = fc.constantFrom('X-A: ', 'x-b:', 'X-Key: ', 'Connection:');
  const turn = fc.record({
    values: fc.array(fc.oneof({ weight: 30, arbitrary: valid }, value), { minLength: 4, maxLength: 4 }),
    // Seldom, as nothing is recognised across a cut, or where a field that matters says something else.
    isCut: fc.nat({ max: 7 }).map((dice) => dice === 0),
    isOther: fc.nat({ max: 7 }).map((dice) => dice === 0),
    cut: cuts,
  });
  let alike = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), fc.array(turn, { minLength: 4, maxLength: 12 }), (lines, turns) => {
      const parser = new RequestHeadParser(names);
      for (const { values, cut, isCut, isOther } of turns) {
        const isSkipped = (name: string): boolean => name === 'X-A: ' || name === 'x-b:';
        const fields = lines.map((name, at) => `${name}${isSkipped(name) || isOther ? (values[at] ?? '') : 'a'}\r\n`);
        const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${fields.join('')}\r\nrest`, 'latin1');
        const ends = isCut ? toEnds(cut, bytes.length) : [];
        expect(read(bytes, ends, parser)).toEqual(read(bytes));
        if (parser.isAlike && !parser.isRepeated) alike++;
      }
    }),
    { numRuns: 600 },
  );
  expect(alike).toBeGreaterThan(100);
});

test('what it accepts, the plain reading of the grammar accepts too, with the same meaning', () => {
  fc.assert(
    fc.property(requestHead, (bytes) => {
      const parser = new RequestHeadParser(names);
      if (feedHead(parser, bytes, []) !== 'done') return;
      // The reference knows no IP literals of the future (RFC 3986 section 3.2.2).
      if (/\[[^\]]*[^0-9a-f:.\]]/i.test(bytes.toString('latin1'))) return;
      const strict = parseStrictRequestHead(bytes.subarray(parser.start));
      expect(strict?.head.length).toBe(parser.position - parser.start);
      expect(strict?.method).toBe(parser.method);
      expect(strict?.target).toBe(bytes.toString('latin1', parser.targetStart, parser.targetEnd));
      expect(strict?.version).toBe(`1.${parser.minor}`);
      const { framing } = strict ?? {};
      expect(framing?.t === 'chunked' ? -1 : framing?.t === 'length' ? framing.length : 0).toBe(parser.bodyBytes);
      const collected = strict?.fields.flatMap(([name, value], line) =>
        name.toLowerCase() === 'x-key' ? [{ name: 'x-key', value, line }] : [],
      );
      expect(parser.framing.fields).toEqual(collected);
    }),
    { numRuns: 1500 },
  );
});

/** Whether the reference finds a head. It reads whole heads, so it gets the end of one to find the fault. */
function acceptsPlainly(bytes: Buffer): boolean {
  try {
    return parseStrictRequestHead(Buffer.concat([bytes, Buffer.from('\r\n\r\n')])) !== undefined;
  } catch (error) {
    if (error instanceof StrictError) return false;
    throw error;
  }
}

test('what it refuses, the plain reading refuses too, but for userinfo, hosts in brackets and schemes', () => {
  let refusals = 0;
  fc.assert(
    fc.property(requestHead, (bytes) => {
      const parser = new RequestHeadParser(names);
      if (feedHead(parser, bytes, []) !== 'refused') return;
      refusals++;
      if (/neither|Host is not/.test(parser.refusal?.message ?? '')) return;
      expect(acceptsPlainly(bytes.subarray(parser.start))).toBe(false);
    }),
    { numRuns: 1500 },
  );
  expect(refusals).toBeGreaterThan(100);
});

/** A head of exactly `bytes` bytes. */
function headOf(bytes: number): Buffer {
  const begin = 'GET / HTTP/1.1\r\nHost: a\r\nX-Long: ';
  return Buffer.from(`${begin}${'x'.repeat(bytes - begin.length - 4)}\r\n\r\n`);
}

const whole = (bytes: Buffer): number[] => [bytes.length];
const nearLimit = (bytes: Buffer): number[] =>
  [1000, limitBytes - 1, limitBytes, limitBytes + 1, limitBytes + 2].filter((end) => end < bytes.length);

test.each([whole, nearLimit])('a head may have exactly the limit (%o) [http1.headBytes]', (toPlaces) => {
  const empty = Buffer.from('\r\n');
  for (const bytes of [headOf(limitBytes), Buffer.concat([empty, headOf(limitBytes)]), Buffer.concat([headOf(limitBytes), headOf(900)])]) {
    expect(read(bytes, toPlaces(bytes))).toMatchObject({ progress: 'done' });
  }
  for (const bytes of [headOf(limitBytes + 1), Buffer.concat([empty, headOf(limitBytes + 1)])]) {
    expect(read(bytes, toPlaces(bytes))).toMatchObject({ progress: 'refused', refusal: { code: 'head_too_large' } });
  }
});

test('what stands beyond the limit makes no difference to the refusal', () => {
  const bytes = Buffer.concat([headOf(limitBytes + 100).subarray(0, limitBytes + 10), Buffer.from('\0bad')]);
  for (const ends of [[], [limitBytes - 1], [limitBytes + 5], [100, 200]]) {
    expect(read(bytes, ends)).toMatchObject({ refusal: { code: 'head_too_large' } });
  }
});

test('a method may have 64 bytes [http1.methodBytes]', () => {
  const method = 'M'.repeat(64);
  expect(readText(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatchObject({ progress: 'done', method });
  for (const text of [`${method}M / HTTP/1.1\r\n`, `${method}M`]) {
    expect(readText(text)).toMatchObject({ progress: 'refused', refusal: { code: 'protocol_violation' } });
  }
});

test('of a refused request the method is its own or none', () => {
  const parser = new RequestHeadParser(names);
  read(Buffer.from('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'), [], parser);
  read(Buffer.from('\0'), [], parser);
  expect(parser.method).toBe('');
});
