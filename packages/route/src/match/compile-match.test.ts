import { expect, test } from 'vitest';
import { method, path, percent, prefix, regex } from '../../test/conditions.ts';
import { checkMatch } from './check-match.ts';
import { compileMatch } from './compile-match.ts';

test('a match is compiled once: a new snapshot costs no expression again', () => {
  const match = checkMatch([[path(regex('/a'))]]);
  expect(compileMatch(match)).toBe(compileMatch(match));
});

test('alternatives come the most specific first', () => {
  const match = checkMatch([[percent(50)], [path(prefix('/a'))], [path(prefix('/a')), method('GET')]]);
  expect(compileMatch(match).map(({ tests }) => tests.map(({ condition }) => condition.t))).toEqual([
    ['path', 'method'],
    ['path'],
    ['percent'],
  ]);
});

test('where nothing is asked there is one alternative without tests', () => {
  expect(compileMatch([])).toMatchObject([{ tests: [] }]);
});
