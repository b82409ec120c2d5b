import type { Field } from '@switchyard/http1';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isForwarded } from './forwarded-syntax.ts';
import { planForwarded } from './forwarded.ts';

const toFields = (...values: readonly string[]): Field[] => values.map((value, line) => ({ name: 'forwarded', value, line }));

test('an address stands as RFC 7239 wants it', () => {
  const valueOf = (address: string) => planForwarded([], address, false);
  expect(valueOf('192.0.2.1')).toEqual([{ t: 'add', name: 'Forwarded', value: 'for=192.0.2.1' }]);
  expect(valueOf('2001:db8::1')).toEqual([{ t: 'add', name: 'Forwarded', value: 'for="[2001:db8::1]"' }]);
  expect(valueOf('fe80::1%eth0')).toEqual([{ t: 'add', name: 'Forwarded', value: 'for="[fe80::1]"' }]);
  expect(valueOf('')).toEqual([{ t: 'add', name: 'Forwarded', value: 'for=unknown' }]);
});

test('what a trusted client says stays, unless it is no such field; of an untrusted one nothing does', () => {
  const fields = [...toFields('for=203.0.113.9;proto=https', 'for="'), { name: 'cookie', value: 'a="', line: 2 }];
  const own = { t: 'add', name: 'Forwarded', value: 'for=10.0.0.1' };
  expect(planForwarded(fields, '10.0.0.1', false)).toEqual([{ t: 'drop', line: 1 }, own]);
  expect(planForwarded(fields, '10.0.0.1', true)).toEqual([{ t: 'drop', line: 0 }, { t: 'drop', line: 1 }, own]);
});

test.for([
  ['', true],
  ['for=192.0.2.60;proto=http;by=203.0.113.43', true],
  ['for="[2001:db8::1]:80" , for=unknown', true],
  ['For="\\"x\\""', true],
  ['for=a;, ,for=b;', true],
  ['for', false],
  ['for=', false],
  ['for ="a"', false],
  ['for=[::1]', false],
  ['for="a', false],
  ['for="a\\"', false],
  ['for=a for=b', false],
] as const)('%j: %s', ([value, expected]) => {
  expect(isForwarded(value)).toBe(expected);
});

/** The elements of all lines together, as a recipient that knows of quotation marks splits them. */
function splitElements(values: readonly string[]): string[] {
  const elements = [''];
  let isQuoted = false;
  const joined = values.join(', ');
  for (let at = 0; at < joined.length; at++) {
    const char = joined.charAt(at);
    if (isQuoted && char === '\\') elements[elements.length - 1] += char + joined.charAt(++at);
    else if (char === ',' && !isQuoted) elements.push('');
    else {
      if (char === '"') isQuoted = !isQuoted;
      elements[elements.length - 1] += char;
    }
  }
  return elements.map((element) => element.trim());
}

test('whatever a client says, the last element is the router’s', () => {
  const piece = fc.constantFrom('for', '=', '"', '\\', ',', ';', ' ', 'a', '10.0.0.9', '"[::1]"', 'for=b', '\x80');
  const value = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('').trim());
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3 }), fc.boolean(), (values, untrusted) => {
      const edits = planForwarded(toFields(...values), '192.0.2.1', untrusted);
      const left = values.filter((_, line) => !edits.some((edit) => edit.t === 'drop' && edit.line === line));
      const added = edits.flatMap((edit) => (edit.t === 'add' ? [edit.value] : []));
      expect(splitElements([...left, ...added]).at(-1)).toBe('for=192.0.2.1');
      if (untrusted) expect(left).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('a long value that is none costs no more than its length', () => {
  const values = [',', ' ', 'for=a ', '"'].flatMap((piece) => [`for=a${piece.repeat(60_000 / piece.length)}x`]);
  expect(values.map(isForwarded)).toEqual([false, false, false, false]);
}, 1_000);
