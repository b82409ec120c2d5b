import type { Condition } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyMatch } from '../../test/arbitraries.ts';
import { exact, header, method, path, percent, prefix, present, query, regex } from '../../test/conditions.ts';
import { compareSpecificity, toSpecificity } from './specificity.ts';

/** From the most specific to the least. */
const ladder: readonly (readonly Condition[])[] = [
  [header('a', present), header('b', present), percent(1)],
  [path(exact('/orders')), method('GET')],
  [path(exact('/a')), path(regex('/a'))],
  [path(regex('/a')), path(prefix('/a'))],
  [path(prefix('/a')), header('a', present)],
  [header('a', present), percent(1)],
  [query('a', exact('longer'))],
  [path(regex('/a.*'))],
  [path(prefix('/orders/items'))],
  [path(prefix('/orders'))],
  [header('a', present)],
  [percent(1)],
  [],
];

test('more conditions, then exact, expression, beginning, presence, share; then the longer beginning', () => {
  for (const [at, left] of ladder.entries()) {
    for (const right of ladder.slice(at + 1)) {
      expect(compareSpecificity(toSpecificity(left), toSpecificity(right))).toBeLessThan(0);
      expect(compareSpecificity(toSpecificity(right), toSpecificity(left))).toBeGreaterThan(0);
    }
  }
});

test('different texts of one kind are alike', () => {
  const [left, right] = [toSpecificity([header('a', exact('longer'))]), toSpecificity([method('GET')])];
  expect(compareSpecificity(left, right)).toBe(0);
});

test('the order of conditions does not count', () => {
  fc.assert(
    fc.property(anyMatch, ([conditions = []]) => {
      expect(toSpecificity(conditions.toReversed())).toEqual(toSpecificity(conditions));
      expect(compareSpecificity(toSpecificity(conditions), toSpecificity(conditions))).toBe(0);
    }),
  );
});
