import { parseStrictRequest } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkedBody, cuts } from '../test/arbitraries.ts';
import { everyEnd, toEnds } from '../test/feed.ts';
import { BodyScanner, createTrailerNames } from './body.ts';
import { http1Limits } from './limits.ts';

const trailerNames = createTrailerNames(['x-key']);

const chunked = -1;
const untilClose = -2;

/** All that a scanner says about a body that comes in pieces that end at `ends`; each piece lies in memory of its own. */
function scan(bytes: Buffer, length: number, ends: readonly number[] = [], scanner = new BodyScanner(trailerNames)): object {
  scanner.begin(length);
  let from = 0;
  for (const [index, end] of [...ends, bytes.length].entries()) {
    const start = (index * 5) % 7;
    const memory = Buffer.alloc(start + end - from + 8, '!');
    bytes.copy(memory, start, from, end);
    const progress = scanner.scan(memory, start, start + end - from);
    if (progress === 'refused') return { progress, refusal: scanner.refusal };
    const position = from + scanner.position - start;
    if (progress === 'done') return { progress, position, done: scanner.done };
    expect(position).toBe(end);
    from = end;
  }
  return { progress: 'more', position: from, done: scanner.done };
}

function scanText(text: string, length = chunked): ReturnType<typeof scan> {
  return scan(Buffer.from(text, 'latin1'), length);
}

const accepted: readonly (readonly [body: string, position: number])[] = [
  ['0\r\n\r\nnext', 5],
  ['5\r\nhello\r\n0\r\n\r\n', 15],
  ['A\r\n0123456789\r\n000\r\n\r\n', 22],
  ['0000000000005\r\nhello\r\n0\r\n\r\n', 27],
  ['5;a="b;c";d\r\nhello\r\n0;last\r\n\r\n', 30],
  ['2\r\n\r\n\r\n0\r\nX-Sum: 1\r\nExpires:\r\n\r\nnext', 32],
];

test.each(accepted)('the chunked body of %j ends at %i', (body, position) => {
  expect(scanText(body)).toEqual({ progress: 'done', position, done: true });
});

const unfinished = ['', '5', '5\r\nhel', '5\r\nhello\r', '0\r\n', '0\r\nX-Sum: 1\r\n', '0\r\nX-Sum: 1\r\n\r', '8000000000000\r\n'];

test.each(unfinished)('%j is a part of a chunked body', (body) => {
  expect(scanText(body)).toEqual({ progress: 'more', position: body.length, done: false });
});

const refused: readonly (readonly [body: string, about: RegExp])[] = [
  ['\r\n', /hexadecimal/],
  ['-5\r\n', /hexadecimal/],
  ['0x5\r\n', /hexadecimal/],
  [' 5\r\n', /hexadecimal/],
  ['5 \r\n', /hexadecimal/],
  ['5\n', /hexadecimal/],
  ['5\rhello', /hexadecimal/],
  ['00000000000005\r\n', /hexadecimal/],
  ['5;a\n', /extensions/],
  ['5;\0\r\n', /extensions/],
  ['5;\r\n', /extensions/],
  ['5; a\r\n', /extensions/],
  ['5;a="b\r\n', /extensions/],
  ['5;a="b\\"\r\n', /extensions/],
  ['5;a="b"c\r\n', /extensions/],
  ['5\r\nhello!', /followed by CR LF/],
  ['5\r\nhello\n', /followed by CR LF/],
  ['5\r\nhello\r5', /followed by CR LF/],
  ['0\r\nX Sum: 1\r\n', /colon/],
  ['0\r\nX-Sum: 1\n', /CR LF/],
  ['0\r\n\rX', /CR LF/],
  ['0\r\nHost: a\r\n', /framing or routing/],
  ['0\r\ncontent-LENGTH: 5\r\n', /framing or routing/],
  ['0\r\nTransfer-Encoding: chunked\r\n', /framing or routing/],
  ['0\r\nConnection: close\r\n', /framing or routing/],
  ['0\r\nUpgrade: a\r\n', /framing or routing/],
  ['0\r\nX-Sum: 1\r\nX-Key: alice\r\n', /framing or routing/],
];

test.each(refused)('%j is refused, at every cut', (body, about) => {
  const bytes = Buffer.from(body, 'latin1');
  const expected = { progress: 'refused', refusal: { code: 'protocol_violation', message: expect.stringMatching(about) } };
  expect(scan(bytes, chunked)).toEqual(expected);
  for (const end of everyEnd(bytes.length)) expect(scan(bytes, chunked, [end])).toEqual(expected);
  expect(scan(bytes, chunked, everyEnd(bytes.length))).toEqual(expected);
});

test('a chunked body means the same however it is cut', () => {
  fc.assert(
    fc.property(chunkedBody, cuts, (bytes, where) => {
      const whole = scan(bytes, chunked);
      expect(scan(bytes, chunked, toEnds(where, bytes.length))).toEqual(whole);
      expect(scan(bytes, chunked, everyEnd(bytes.length))).toEqual(whole);
    }),
    { numRuns: 600 },
  );
});

test('a scanner that was used before says the same as a fresh one', () => {
  fc.assert(
    fc.property(chunkedBody, chunkedBody, (before, bytes) => {
      const scanner = new BodyScanner(trailerNames);
      scan(before, chunked, [], scanner);
      expect(scan(bytes, chunked, [], scanner)).toEqual(scan(bytes, chunked));
    }),
  );
});

test('a chunked body that it accepts ends where the plain reading of the grammar ends', () => {
  const head = Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  fc.assert(
    fc.property(chunkedBody, (bytes) => {
      const scanner = new BodyScanner();
      scanner.begin(chunked);
      const progress = scanner.scan(bytes, 0, bytes.length);
      if (progress === 'refused') return;
      // While the body is not complete, the reference must not see an end either.
      const end = progress === 'done' ? head.length + scanner.position : undefined;
      expect(parseStrictRequest(Buffer.concat([head, bytes]))?.raw.length).toBe(end);
    }),
    { numRuns: 1500 },
  );
});

test('a body with a length ends behind it, however it is cut', () => {
  fc.assert(
    fc.property(fc.nat({ max: 60 }), fc.nat({ max: 80 }), cuts, (length, available, where) => {
      const bytes = Buffer.alloc(available, 'x');
      const expected =
        length <= available ? { progress: 'done', position: length, done: true } : { progress: 'more', position: available, done: false };
      expect(scan(bytes, length, toEnds(where, available))).toEqual(expected);
    }),
  );
});

test('a body until the close never ends by itself', () => {
  const scanner = new BodyScanner();
  scanner.begin(untilClose);
  expect(scan(Buffer.from('0\r\n\r\n'), untilClose, [2], scanner)).toEqual({ progress: 'more', position: 5, done: false });
  expect(scanner.endsWithConnection).toBe(true);
  scanner.begin(5);
  expect(scanner.endsWithConnection).toBe(false);
});

test('a body of no bytes is done at once', () => {
  const scanner = new BodyScanner();
  scanner.begin(0);
  expect(scanner.done).toBe(true);
});

test('a chunk of 2^52-1 bytes is counted exactly', () => {
  const scanner = new BodyScanner();
  scanner.begin(chunked);
  expect(scanner.scan(Buffer.from('fffffffffffff\r\nabc'), 0, 18)).toBe('more');
  expect(scanner.done).toBe(false);
});

const extensionMax = http1Limits.chunkExtensionBytes.value;

test('the extensions of each chunk may have 256 bytes [http1.chunkExtensionBytes]', () => {
  const longest = `1;${'e'.repeat(extensionMax)}\r\nx\r\n`;
  const body = Buffer.from(`${longest}${longest}0;${'e'.repeat(extensionMax)}\r\n\r\n`);
  const longer = Buffer.from(`1;${'e'.repeat(extensionMax + 1)}\r\n`);
  for (const toPlaces of [() => [], everyEnd]) {
    expect(scan(body, chunked, toPlaces(body.length))).toMatchObject({ progress: 'done' });
    expect(scan(longer, chunked, toPlaces(longer.length))).toMatchObject({ refusal: { message: expect.stringMatching(/extensions/) } });
  }
});

test('trailers may have exactly 64 KiB with their empty line [http1.trailerBytes]', () => {
  const limitBytes = http1Limits.trailerBytes.value;
  const bodyOf = (bytes: number, end = '\r\n\r\n'): Buffer => Buffer.from(`0\r\nX: ${'x'.repeat(bytes - 3 - end.length)}${end}`);
  for (const ends of [[], [3], [3 + limitBytes - 1], [3 + limitBytes], [3, 4, 5000]]) {
    expect(scan(Buffer.concat([bodyOf(limitBytes), bodyOf(200)]), chunked, ends)).toMatchObject({
      progress: 'done',
      position: 3 + limitBytes,
    });
    expect(scan(bodyOf(limitBytes + 1), chunked, ends)).toMatchObject({ refusal: { message: expect.stringMatching(/larger/) } });
    const bad = bodyOf(limitBytes + 10, '\0');
    expect(scan(bad, chunked, ends)).toMatchObject({ refusal: { message: expect.stringMatching(/larger/) } });
  }
});
