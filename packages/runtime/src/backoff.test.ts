import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

test('the bound of the wait doubles up to the most', () => {
  const backoff = createBackoff({ firstMs: 100, maxMs: 500, random: () => 0.999 });
  expect([1, 2, 3, 4, 5].map(() => Math.round(backoff.next()))).toEqual([100, 200, 400, 500, 500]);
});

test('no wait is under half of the first', () => {
  const backoff = createBackoff({ firstMs: 100, maxMs: 500, random: () => 0 });
  expect([backoff.next(), backoff.next()]).toEqual([50, 50]);
});

test('a reset begins again', () => {
  const backoff = createBackoff({ firstMs: 100, maxMs: 500, random: () => 0.999 });
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(100);
});
