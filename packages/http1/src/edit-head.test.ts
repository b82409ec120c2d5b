import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestHead } from '../test/arbitraries.ts';
import { feedHead } from '../test/feed.ts';
import { editHead, findFields, type HeadEdit } from './edit-head.ts';
import { FieldNames } from './field-names.ts';
import { RequestHeadParser } from './request-head.ts';

const head = 'GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-Key:\talice \r\nX-Other:b\r\n\r\n';

function edit(text: string, edits: readonly HeadEdit[]): string {
  return editHead(Buffer.from(text, 'latin1'), edits).toString('latin1');
}

const vectors: readonly (readonly [edits: readonly HeadEdit[], result: string])[] = [
  [[], head],
  [[{ t: 'add', name: 'X-New', value: '\xff' }], head.replace(/\r\n$/, 'X-New: \xff\r\n\r\n')],
  [[{ t: 'replace', line: 1, value: 'bob' }], head.replace('\talice ', ' bob')],
  [[{ t: 'replace', line: 1, value: '' }], head.replace('\talice ', ' ')],
  [[{ t: 'drop', line: 0 }], head.replace('Host: a\r\n', '')],
  [[{ t: 'drop', line: 2 }], head.replace('X-Other:b\r\n', '')],
  [[{ t: 'query', value: 'd=$&' }], head.replace('b=c', () => 'd=$&')],
  [[{ t: 'query', value: '' }], head.replace('?b=c', '')],
  [
    [
      { t: 'add', name: 'A', value: '1' },
      { t: 'drop', line: 1 },
      { t: 'add', name: 'B', value: '2' },
      { t: 'replace', line: 2, value: 'c' },
    ],
    'GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-Other: c\r\nA: 1\r\nB: 2\r\n\r\n',
  ],
];

test.each(vectors)('%j', (edits, result) => {
  expect(edit(head, edits)).toBe(result);
});

test('a head without fields can be added to', () => {
  expect(edit('HTTP/1.1 200 OK\r\n\r\n', [{ t: 'add', name: 'A', value: 'b' }])).toBe('HTTP/1.1 200 OK\r\nA: b\r\n\r\n');
});

test('the head that came is not changed', () => {
  const bytes = Buffer.from(head);
  editHead(bytes, [{ t: 'replace', line: 1, value: 'zzzzz' }]);
  expect(bytes.toString()).toBe(head);
});

test('finds the fields of a name in any case, without the space around their values', () => {
  const bytes = Buffer.from('GET / HTTP/1.1\r\nx-KEY: \ta\xa0 \r\nX-Keys: b\r\nX-Key:\r\n\r\n', 'latin1');
  expect(findFields(bytes, 'x-key')).toEqual([
    { line: 0, value: 'a\xa0' },
    { line: 2, value: '' },
  ]);
});

const names = new FieldNames(['x-key', 'x-other']);

/** What decides where the message ends, who may answer it and what follows it. */
function framingOf(bytes: Buffer): object {
  const parser = new RequestHeadParser(names);
  expect(feedHead(parser, bytes, [])).toBe('done');
  expect(parser.position).toBe(bytes.length);
  const { framing, method, minor, bodyBytes, upgrade } = parser;
  return { method, minor, bodyBytes, upgrade, persists: framing.persists(minor), expectContinue: framing.expectContinue };
}

const value = fc.stringMatching(/^[!-~\x80-\xff]{0,8}$/);

test('edits of fields that framing does not know leave every other byte and the framing as they are', () => {
  let edited = 0;
  const kinds = fc.array(fc.record({ t: fc.constantFrom('keep', 'drop', 'replace'), value }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(requestHead, kinds, fc.array(value, { maxLength: 3 }), (bytes, choices, added) => {
      const parser = new RequestHeadParser(names);
      if (feedHead(parser, bytes, []) !== 'done') return;
      const whole = bytes.subarray(parser.start, parser.position);
      const edits: HeadEdit[] = added.map((text) => ({ t: 'add', name: 'X-Key', value: text }));
      const lines = whole.toString('latin1').split('\r\n');
      for (const [index, field] of parser.framing.fields.entries()) {
        const choice = choices[index] ?? { t: 'keep', value: '' };
        const text = lines[field.line + 1] ?? '';
        if (choice.t === 'drop') {
          edits.push({ t: 'drop', line: field.line });
          lines[field.line + 1] = '\0';
        } else if (choice.t === 'replace') {
          edits.push({ t: 'replace', line: field.line, value: choice.value });
          lines[field.line + 1] = `${text.slice(0, text.indexOf(':'))}: ${choice.value}`;
        }
      }
      edited += edits.length;
      const kept = lines.slice(0, -2).filter((line) => line !== '\0');
      const expected = [...kept, ...added.map((text) => `X-Key: ${text}`), '', ''].join('\r\n');
      const result = editHead(whole, edits);
      expect(result.toString('latin1')).toBe(expected);
      expect(framingOf(result)).toEqual(framingOf(whole));
    }),
    { numRuns: 1000 },
  );
  expect(edited).toBeGreaterThan(100);
});

test('another query leaves the rest of the request line and the framing as they are', () => {
  fc.assert(
    fc.property(
      requestHead,
      value.map((text) => text.replaceAll(/[\x80-\xff]/g, '')),
      (bytes, query) => {
        const parser = new RequestHeadParser(names);
        if (feedHead(parser, bytes, []) !== 'done' || parser.queryStart === -1) return;
        const { start, position, queryStart, targetEnd } = parser;
        const whole = bytes.subarray(start, position);
        const result = editHead(whole, [{ t: 'query', value: query }]);
        const before = bytes.toString('latin1', start, queryStart - 1);
        const behind = bytes.toString('latin1', targetEnd, position);
        expect(result.toString('latin1')).toBe(`${before}${query === '' ? '' : `?${query}`}${behind}`);
        expect(framingOf(result)).toEqual(framingOf(whole));
      },
    ),
    { numRuns: 1000 },
  );
});
