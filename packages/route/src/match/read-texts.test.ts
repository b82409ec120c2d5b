import type { Condition } from '@switchyard/contract';
import { expect, test } from 'vitest';
import type { Evidence } from '../evidence.ts';
import { readTexts } from './read-texts.ts';

const empty: Evidence = { method: 'GET', path: '/', fields: [], query: undefined, clientAddress: '192.0.2.1' };
const present = { t: 'present' } as const;

test('thousands of conditions about one request take its long lists apart once', () => {
  const cookie = { name: 'cookie', value: 'a=1; '.repeat(3_000), line: 0 };
  const evidence = { ...empty, query: 'a=%61&'.repeat(2_600), fields: [cookie] };
  const beginMs = performance.now();
  for (let at = 0; at < 4_000; at++) {
    readTexts({ t: 'query', name: `a${at}`, text: present }, evidence);
    readTexts({ t: 'cookie', name: `a${at}`, text: present }, evidence);
  }
  // Some seconds where each condition takes them apart by itself.
  expect(performance.now() - beginMs).toBeLessThan(1_000);
});

test.for<[string, Condition['t'] & ('query' | 'cookie'), string, readonly string[]]>([
  ['of the same name all count, in their order', 'query', 'a', ['1', '', ' 2']],
  ['names are decoded', 'query', 'b', ['3']],
  ['names of objects are names like others', 'query', '__proto__', ['4']],
  ['and they are not there by themselves', 'query', 'constructor', []],
  ['a cookie without a value does not count', 'cookie', 'a', ['1', '2']],
  ['of no list', 'cookie', 'b', []],
])('%s', ([, t, name, texts]) => {
  const fields = ['a=1; a; x=3', 'a = 2'].map((value, line) => ({ name: 'cookie', value, line }));
  expect(readTexts({ t, name, text: present }, { ...empty, query: 'a=1&a&%62=3&a=%202&__proto__=4', fields })).toEqual(texts);
});
