import { expect, test } from 'vitest';
import { estimate, median, percentile } from './statistics.ts';

test('the median is the middle, or the mean of the two middle ones', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
});

test('a percentile lies between its neighbours', () => {
  expect(percentile([10, 20, 30, 40, 50], 75)).toBe(40);
  expect(percentile([10, 20], 99)).toBeCloseTo(19.9);
});

test.each([
  { count: 3, low: 1, high: 3 },
  { count: 5, low: 1, high: 5 },
  { count: 6, low: 1, high: 6 },
  { count: 10, low: 2, high: 9 },
  { count: 20, low: 6, high: 15 },
])('the interval of $count values goes from $low to $high', ({ count, low, high }) => {
  // As tables of order statistics have it.
  const values = Array.from({ length: count }, (_, index) => count - index);
  expect(estimate(values)).toEqual({ median: (count + 1) / 2, low, high });
});
