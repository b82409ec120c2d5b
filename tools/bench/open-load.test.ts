import { expect, test } from 'vitest';
import { parseLog } from './open-load.ts';

test('reads the microseconds of each request', () => {
  expect(parseLog('1795241142159147\t200\t136\n1795241142159181\t200\t1157\n')).toEqual([136, 1157]);
});

test('a failed request fails the run', () => {
  expect(() => parseLog('1795241142159147\t-1\t136\n')).toThrow('status -1');
});
