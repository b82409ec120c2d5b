import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestWord } from './nearest-word.ts';

test.each([
  ['ordres', ['web', 'orders', 'payments'], 'orders'],
  ['Orders', ['orders'], 'orders'],
  ['servic', ['service', 'services'], 'service'],
  ['payment', ['web', 'payments'], 'payments'],
  ['zebra', ['web', 'orders'], undefined],
  ['x', [], undefined],
])('%s of %j is %s', (word, candidates, expected) => {
  expect(nearestWord(word, candidates)).toBe(expected);
});

test('a word that is there is always its own nearest', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, others) => {
      expect(nearestWord(word, [word, ...others])).toBe(word);
    }),
  );
});
