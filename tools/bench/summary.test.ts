import { expect, test } from 'vitest';
import { reference, type Row } from './contender.ts';
import type { Sample } from './measure.ts';
import { median, summarize, toTable } from './summary.ts';

const costs = (...micros: number[]): Sample[] => micros.map((cpuMicrosPerRequest) => ({ cpuMicrosPerRequest, requestsPerSecond: 1_000 }));
const other: Row = { contender: 'other', kind: 'un-keyed' };

test('the median is the middle, or the mean of the two middle ones', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
});

test('a ratio compares within the same round', () => {
  const lines = summarize(
    new Map([
      [reference, costs(10, 20, 40)],
      [other, costs(20, 40, 40)],
    ]),
  );
  expect(lines.map(({ ratio }) => ratio)).toEqual([1, 2]);
  expect(lines[1]?.cpuMicrosPerRequest).toEqual({ median: 40, least: 20, most: 40 });
});

test('without the reference there is no ratio', () => {
  const lines = summarize(new Map([[other, costs(20)]]));
  expect(lines[0]?.ratio).toBeUndefined();
  expect(toTable(lines).split('\n')[2]).toMatch(/^\| other +\| un-keyed +\| +20\.0 \| +20\.0 – 20\.0 \| +– \| +1,000 \|$/);
});
