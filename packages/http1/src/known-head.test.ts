import { expect, test } from 'vitest';
import { FieldNames } from './field-names.ts';
import { KnownHead } from './known-head.ts';
import { http1Limits } from './limits.ts';
import { RequestHeadParser } from './request-head.ts';

/** A head that was learnt from two of its length. */
function learn(text: string): KnownHead {
  const known = new KnownHead();
  for (let time = 0; time < 2; time++) known.learn(Buffer.from(text), 0, text.length);
  return known;
}

test('a head is known once two of its length came', () => {
  const known = new KnownHead();
  const head = Buffer.from('..GET');
  known.learn(head, 2, 5);
  expect(known.recognize(head, 2, 5)).toBe(-1);
  known.learn(head, 2, 5);
  head.fill('x');
  expect(known.recognize(Buffer.from('GET, and more'), 0, 13)).toBe(3);
});

test.each(['GE', 'GETS', 'PUT'])('%s is not taken for GET, nor is GET known any longer', (text) => {
  const known = learn(text === 'GETS' ? 'GETT' : 'GET');
  expect(known.recognize(Buffer.from(text), 0, text.length)).toBe(-1);
  expect(known.recognize(Buffer.from('GETT'), 0, 4)).toBe(-1);
});

test('a head over the limit is not kept [http1.knownHeadBytes]', () => {
  const bytes = http1Limits.knownHeadBytes.value;
  for (const [length, kept] of [
    [bytes, bytes],
    [bytes + 1, -1],
  ] as const) {
    const text = 'x'.repeat(length);
    expect(learn(text).recognize(Buffer.from(text), 0, length)).toBe(kept);
  }
});

test('a shorter head takes the place of a longer one', () => {
  const known = learn('a long head');
  expect(known.recognize(Buffer.from('short'), 0, 5)).toBe(-1);
  for (let time = 0; time < 2; time++) known.learn(Buffer.from('short'), 0, 5);
  expect(known.recognize(Buffer.from('short head'), 0, 10)).toBe(5);
});

const names = new FieldNames(['x-key']);

/** Says of each text, one after the other in one parser, whether it was recognised. */
function alikes(texts: readonly string[]): boolean[] {
  const parser = new RequestHeadParser(names);
  return texts.map((text) => {
    parser.begin();
    expect(parser.parse(Buffer.from(text), 0, text.length)).toBe('done');
    expect(parser.position).toBe(text.length);
    return parser.isAlike;
  });
}

const traced = (id: string, rest = ''): string => `GET / HTTP/1.1\r\nHost: a\r\ntrace: ${id}\r\n${rest}\r\n`;

test('a head that differs in the value of a field nobody asked for is recognised, whatever the value', () => {
  const later = ['', 'a longer one', ' \t'].map((id) => traced(id));
  expect(alikes([traced('1'), traced('2'), traced('3'), traced('4'), ...later])).toEqual([false, false, false, true, true, true, true]);
});

test.each(['x-key: b\r\n', 'Connection: close\r\n', 'other: b\r\n', 'trace\r: b\r\n'])(
  'a further line is not taken for a value: %j',
  (line) => {
    const parser = new RequestHeadParser(names);
    for (const text of [...['1', '2', '3', '4'].map((id) => traced(id)), traced('5', line)]) {
      parser.begin();
      parser.parse(Buffer.from(text), 0, text.length);
    }
    expect(parser.isAlike).toBe(false);
  },
);

test('a head with more other fields than the limit is not kept [http1.knownHeadFields]', () => {
  const fields = http1Limits.knownHeadFields.value;
  const headOf = (count: number): string => `GET / HTTP/1.1\r\nHost: a\r\n${'x: y\r\n'.repeat(count)}\r\n`;
  expect(alikes(Array.from({ length: 3 }, () => headOf(fields)))).toEqual([false, false, true]);
  expect(alikes(Array.from({ length: 3 }, () => headOf(fields + 1)))).toEqual([false, false, false]);
});

test('a recognised head is not longer than what is kept', () => {
  const texts = ['1', '2', '3', '4', 'x'.repeat(http1Limits.knownHeadBytes.value)].map((id) => traced(id));
  expect(alikes(texts)).toEqual([false, false, false, true, false]);
});
