import { expect, test } from 'vitest';
import { plainHabits, type Habits } from './habits.ts';
import { readRequests, readResponses, type MessageReading } from './read-messages.ts';

/** A reading as a table: what each message is, then what follows. */
function rows({ messages, rest }: MessageReading): unknown[] {
  return [...messages.map(({ startLine: [first, second], body, whole }) => [first, second, body, whole]), rest];
}

function read(text: string, habits: Partial<Habits> = {}): unknown[] {
  return rows(readRequests(Buffer.from(text, 'latin1'), { ...plainHabits, ...habits }));
}

const post = 'POST / HTTP/1.1\r\nHost: h\r\n';

test('a stream of requests is read to its end, bodies decoded', () => {
  const stream = `${post}Content-Length: 2\r\n\r\nabPUT /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b"\r\nabc\r\n0\r\nT: v\r\n\r\nGET /3 HTTP/1.0\r\n`;
  expect(read(stream)).toEqual([['POST', '/', 'ab', true], ['PUT', '/2', 'abc', true], 'partial']);
});

test('where a message begins and ends, what it names and what trails it', () => {
  const [message] = readRequests(Buffer.from(`${post}Transfer-Encoding: chunked\r\n\r\n0\r\nT: v\r\n\r\nG`)).messages;
  expect(message).toMatchObject({ start: 0, end: 67, trailers: [['t', 'v']] });
  expect(message?.fields).toEqual([
    ['host', 'h'],
    ['transfer-encoding', 'chunked'],
  ]);
});

test('a body that is not whole is told as far as it came', () => {
  expect(read(`${post}Content-Length: 5\r\n\r\nab`)).toEqual([['POST', '/', 'ab', false], 'nothing']);
  expect(read(`${post}Transfer-Encoding: chunked\r\n\r\n5\r\nab`)).toEqual([['POST', '/', 'ab', false], 'nothing']);
});

const ambiguous: readonly (readonly [text: string, habits: Partial<Habits>, seen: readonly unknown[]])[] = [
  ['GET / HTTP/1.1\nHost: h\n\n', { lineEnd: 'LF' }, ['GET', '/', '', true]],
  ['GET / HTTP/1.1\rHost: h\r\rx', { lineEnd: 'CR' }, ['GET', '/', '', true]],
  [`${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, { lengths: 'last' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length: 2\r\nContent-Length: 1\r\n\r\nab`, { lengths: 'first' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length: 2x\r\n\r\nab`, { numbers: 'prefix' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length: 18446744073709551618\r\n\r\nab`, { numbers: '32 bits' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length:\r\n 2\r\n\r\nab`, { folded: 'joined' }, ['POST', '/', 'ab', true]],
  [`${post} Content-Length: 2\r\n\r\nab`, { folded: 'own line', name: 'trimmed' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length: 2\0\r\n\r\nab`, { value: 'until NUL' }, ['POST', '/', 'ab', true]],
  [`${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab`, { both: 'length' }, ['POST', '/', 'ab', true]],
  [`${post}Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n`, { coding: 'ends in chunked' }, ['POST', '/', '', true]],
  [`${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, { coding: 'mentions chunked' }, ['POST', '/', '', true]],
  [`${post}Transfer-Encoding: chunked\r\n\r\n1 ;a\r\nx\r\n0\r\n\r\n`, { extension: 'anything' }, ['POST', '/', 'x', true]],
  [`${post}Transfer-Encoding: chunked\r\n\r\n1\r\nxXX0\r\n\r\n`, { chunkEnd: 'two bytes' }, ['POST', '/', 'x', true]],
  [`${post}Transfer-Encoding: chunked\r\n\r\n1\r\nx0\r\n\r\n`, { chunkEnd: 'optional' }, ['POST', '/', 'x', true]],
];

test.each(ambiguous)('%j is no request plainly, and one for who has the habit %o', (text, habits, seen) => {
  expect(read(text)[0]).not.toEqual(seen);
  expect(read(text, habits)[0]).toEqual(seen);
});

test('a quoted string goes on in the next line for some', () => {
  const stream = `${post}Transfer-Encoding: chunked\r\n\r\n1;a="\r\nx\r\n0\r\n\r\n"\r\ny\r\n0\r\n\r\n`;
  expect(read(stream, { extension: 'quotes span lines' })[0]).toEqual(['POST', '/', 'y', true]);
  expect(read(stream, { extension: 'anything' })[0]).toEqual(['POST', '/', 'x', true]);
});

test('responses are read by the methods that were asked', () => {
  const stream = 'HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest';
  const asked = { methods: ['HEAD', 'GET'], ended: true };
  expect(rows(readResponses(Buffer.from(stream), asked))).toEqual([
    ['1.1', '103', '', true],
    ['1.1', '200', '', true],
    ['1.1', '200', 'rest', true],
    'nothing',
  ]);
  expect(rows(readResponses(Buffer.from(stream), { methods: ['HEAD'], ended: true })).at(-1)).toHaveProperty('refused');
});

test('a 204 that says it has a body is refused, or has it for some', () => {
  const stream = Buffer.from('HTTP/1.1 204 x\r\nContent-Length: 2\r\n\r\nab');
  const asked = { methods: ['GET'], ended: true };
  expect(rows(readResponses(stream, asked)).at(-1)).toHaveProperty('refused');
  expect(rows(readResponses(stream, asked, { ...plainHabits, empty: 'as said' }))).toEqual([['1.1', '204', 'ab', true], 'nothing']);
});
