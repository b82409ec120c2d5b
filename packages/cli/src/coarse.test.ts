import { expect, test } from 'vitest';
import { formatCoarse } from './coarse.ts';

test.each([
  [-5_000, '0s'],
  [1_940, '2s'],
  [59_900, '1m'],
  [61_000, '1m'],
  [28_799_960, '8h'],
])('%d ms: %s', (durationMs, text) => {
  expect(formatCoarse(durationMs)).toBe(text);
});
