import { expect, test } from 'vitest';
import { StrictError } from './strict-message.ts';
import { parseStrictRequest } from './strict-request.ts';

const parse = (text: string) => parseStrictRequest(Buffer.from(text, 'latin1'));

test('a whole request is taken exactly, what follows stays', () => {
  const first = 'POST /a?b=c HTTP/1.1\r\nHost: h:80\r\nX-Y: \t v w \t\r\nContent-Length: 3\r\n\r\nabc';
  const request = parse(`${first}GET / HTTP/1.1\r\n`);
  expect(request).toMatchObject({ method: 'POST', target: '/a?b=c', version: '1.1' });
  expect(request?.fields).toContainEqual(['X-Y', 'v w']);
  expect(request?.body.toString()).toBe('abc');
  expect(request?.raw.toString()).toBe(first);
});

test('a chunked body is decoded with its extensions and trailers', () => {
  const request = parse(
    'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n00A;q="x"\r\n0123456789\r\n0\r\nT: v\r\n\r\nrest',
  );
  expect(request?.body.toString()).toBe('abc0123456789');
  expect(request?.trailers).toEqual([['T', 'v']]);
  expect(request?.raw.toString().endsWith('T: v\r\n\r\n')).toBe(true);
});

test('every prefix of a good request is incomplete, never an error', () => {
  const whole = 'PUT * HTTP/1.0\r\n\r\n';
  const chunked = 'PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\nA: b\r\n\r\n';
  for (let end = 0; end < chunked.length; end++) expect(parse(chunked.slice(0, end))).toBeUndefined();
  expect(parse(chunked)).toBeDefined();
  expect(() => parse(whole)).toThrow(StrictError);
});

const bad: Readonly<Record<string, string>> = {
  'LF alone after the request line': 'GET / HTTP/1.1\nHost: h\r\n\r\n',
  'LF alone after a field': 'GET / HTTP/1.1\r\nHost: h\n\r\n',
  'CR inside of a value': 'GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n',
  'a method that is no token': 'G{T / HTTP/1.1\r\nHost: h\r\n\r\n',
  'two spaces': 'GET  / HTTP/1.1\r\nHost: h\r\n\r\n',
  'a tab for a space': 'GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n',
  'no version': 'GET /\r\nHost: h\r\n\r\n',
  'version 1.2': 'GET / HTTP/1.2\r\nHost: h\r\n\r\n',
  'version in lower case': 'GET / http/1.1\r\nHost: h\r\n\r\n',
  'obs-text in the target': 'GET /\xe9 HTTP/1.1\r\nHost: h\r\n\r\n',
  'obs-fold': 'GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n',
  'space before the colon': 'GET / HTTP/1.1\r\nHost : h\r\n\r\n',
  'a field without colon': 'GET / HTTP/1.1\r\nHost: h\r\nabc\r\n\r\n',
  'an empty field name': 'GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n',
  'NUL in a value': 'GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n',
  'DEL in a value': 'GET / HTTP/1.1\r\nHost: h\r\nA: b\x7fc\r\n\r\n',
  'no Host': 'GET / HTTP/1.1\r\n\r\n',
  'two Hosts': 'GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n',
  'a Host with a path': 'GET / HTTP/1.1\r\nHost: h/x\r\n\r\n',
  'CL and TE': 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'two CLs': 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
  'a CL with a sign': 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n',
  'a CL of 2^53': 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 9007199254740992\r\n\r\n',
  'TE gzip, chunked': 'GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
  'TE in HTTP/1.0': 'GET / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n',
  CONNECT: 'CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n',
  'another authority in the target': 'GET http://x/ HTTP/1.1\r\nHost: h\r\n\r\n',
  'a bad chunk size': 'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n',
  'chunk data that is too long': 'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n',
  'a chunk line that ends in LF': 'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;\nab\r\n0\r\n\r\n',
  'a folded trailer': 'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n',
};

for (const [name, text] of Object.entries(bad)) {
  test(`refuses ${name}`, () => {
    expect(() => parse(text)).toThrow(StrictError);
  });
}
