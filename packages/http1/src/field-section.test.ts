import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cuts } from '../test/arbitraries.ts';
import { everyEnd, toEnds } from '../test/feed.ts';
import { FieldNames } from './field-names.ts';
import { FieldSection } from './field-section.ts';
import type { Refusal } from './refusal.ts';

const names = new FieldNames(['x-key']);

/** The recognised lines of a section, as `line name=value`, and how it ended. */
function read(text: string, ends: readonly number[] = []): { readonly lines: readonly string[]; readonly end: string } {
  const lines: string[] = [];
  const bytes = Buffer.from(text, 'latin1');
  const section = new FieldSection(names, {
    onField(name, memory, start, end, line) {
      lines.push(`${line} ${name.text}=${memory.toString('latin1', start, end)}`);
      return undefined;
    },
  });
  section.begin(0);
  for (const [index, end] of [...ends, bytes.length].entries()) {
    const base = index % 3;
    const memory = Buffer.alloc(base + bytes.length + 4, '!');
    bytes.copy(memory, base, 0, end);
    const progress = section.parse(memory, base, base + end);
    if (progress === 'done') return { lines, end: `done at ${section.position}` };
    if (progress === 'refused') return { lines, end: `refused: ${section.refusal?.message ?? ''}` };
  }
  return { lines, end: `more at ${section.position}` };
}

test('an empty section ends at once', () => {
  expect(read('\r\nrest')).toEqual({ lines: [], end: 'done at 2' });
});

test('counts all lines and hands out the recognised ones, without the space around their values', () => {
  const text = 'A:\r\nX-Key:alice\r\nB: c\r\nx-kEY: \t bob \tx\t \r\nX-Key:\r\nx-key: \t \r\n\r\n';
  expect(read(text)).toEqual({ lines: ['1 x-key=alice', '3 x-key=bob \tx', '4 x-key=', '5 x-key='], end: `done at ${text.length}` });
});

test.each([
  [': a\r\n', 'name'],
  ['A\r\n', 'name'],
  ['A b: c\r\n', 'name'],
  ['A\t: c\r\n', 'name'],
  ['(a): c\r\n', 'name'],
  ['A\x80: c\r\n', 'name'],
  [' A: b\r\n', 'name'],
  ['\tA: b\r\n', 'name'],
  ['\n', 'name'],
  ['A: b\n', 'CR LF'],
  ['A: b\rc\r\n', 'CR LF'],
  ['A: b\x7f\r\n', 'control'],
  ['A: \x01\r\n', 'control'],
  ['A: \r\r\n', 'CR LF'],
  ['\ra', 'CR LF'],
])('%j is refused for its %s', (text, about) => {
  expect(read(text).end).toMatch(new RegExp(`^refused: .*${about}`));
});

test('a refusal of the receiver is the refusal of the section, at the line where it was said', () => {
  const refusal: Refusal = { code: 'protocol_violation', message: 'No.' };
  const section = new FieldSection(names, { onField: (_name, _bytes, _start, _end, line) => (line === 1 ? refusal : undefined) });
  section.begin(0);
  const bytes = Buffer.from('x-key: a\r\nx-key: b\r\n\r\n');
  expect(section.parse(bytes, 0, bytes.length)).toBe('refused');
  expect(section.refusal).toBe(refusal);
});

test('a section means the same however it is cut, and wherever it lies', () => {
  const piece = fc.constantFrom('X-Key', 'x-key: a', 'A', ':', ' ', '\t', 'b', '\r\n', '\r\n', '\r', '\n', '\0', '\x80', '\r\n\r\n');
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, cuts, (input, where) => {
      const whole = read(input);
      expect(read(input, toEnds(where, input.length))).toEqual(whole);
      expect(read(input, everyEnd(input.length))).toEqual(whole);
    }),
    { numRuns: 600 },
  );
});
