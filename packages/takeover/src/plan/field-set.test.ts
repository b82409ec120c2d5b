import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPaths, toTree } from '../../test/field-paths.ts';
import { intersect, subtract, unite } from './field-set.ts';

const path = fc
  .array(fc.constantFrom('f:a', 'f:b', 'k:{"port":80}', 'v:1'), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('\n'));
const paths = fc.uniqueArray(path, { maxLength: 12 }).map((list) => new Set(list));

test('unite, intersect and subtract are those of the sets of paths', () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      expect(toPaths(unite(toTree(a), toTree(b)))).toEqual(new Set([...a, ...b]));
      expect(toPaths(intersect(toTree(a), toTree(b)))).toEqual(new Set([...a].filter((path) => b.has(path))));
      expect(toPaths(subtract(toTree(a), toTree(b)))).toEqual(new Set([...a].filter((path) => !b.has(path))));
    }),
  );
});

test('the form is that of the API server: a node without members below it is an empty object', () => {
  fc.assert(
    fc.property(paths, (a) => {
      expect(unite(toTree(a), undefined) ?? {}).toEqual(toTree(a));
    }),
  );
  expect(intersect({ 'f:a': { '.': {}, 'f:b': {} } }, { 'f:a': {} })).toEqual({ 'f:a': {} });
});

test('the empty set is undefined', () => {
  expect(intersect({ 'f:a': {} }, { 'f:a': { 'f:b': {} } })).toBeUndefined();
  expect(unite(undefined, {})).toBeUndefined();
});
