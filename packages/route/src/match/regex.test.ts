import { RE2JS } from 're2js';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRegex } from './regex.ts';

/** Wants a state for each text of its last 15 characters: 32,768 of them. */
const manyStates = (end: string): string => `[ab]*a[ab]{14}${end}`;

function toText(seed: number): string {
  let state = seed;
  return Array.from({ length: 512 }, () => ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) > 2 ** 30 ? 'a' : 'b')).join('');
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test('what expressions remember is bounded, whatever they ask and are asked [route.regexStateBytes]', () => {
  const tests = ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'k'].map((end) => compileRegex(manyStates(end)));
  const before = heapBytes();
  for (const [index, matches] of tests.entries()) for (let turn = 0; turn < 8; turn++) matches(toText(1 + index * 100 + turn));
  expect((heapBytes() - before) / tests.length).toBeLessThan(128 * 1024);
  expect(tests[0]?.(`${'b'.repeat(200)}a${'b'.repeat(14)}c`)).toBe(true);
  expect(tests[0]?.(`${'b'.repeat(200)}a${'b'.repeat(13)}c`)).toBe(false);
});

test('an expression matches as the library says, however few states it may remember', () => {
  const part = fc.constantFrom('a', 'b', '.', '[ab]', String.raw`\b`, '^', '$', '(a|ab)*', '(b?){2}', 'a+?', '(?i)A');
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '\u00ff'), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.array(text, { maxLength: 8 }), (parts, texts) => {
      const source = parts.join('');
      const matches = compileRegex(source);
      const known = RE2JS.compile(source, RE2JS.DOTALL);
      for (const one of texts) expect([source, one, matches(one)]).toEqual([source, one, known.testExact(one)]);
    }),
  );
});
