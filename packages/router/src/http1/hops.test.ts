import { expect, test } from 'vitest';
import { hopHeader, planHop } from './hops.ts';

const field = (value: string, line = 3): { name: string; value: string; line: number } => ({ name: hopHeader, value, line });

test('each routing counts one hop', () => {
  expect(planHop([], 8)).toEqual({ t: 'add', name: 'x-intercept-hops', value: '1' });
  expect(planHop([field('1')], 8)).toEqual({ t: 'replace', line: 3, value: '2' });
  expect(planHop([field('7')], 8)).toEqual({ t: 'replace', line: 3, value: '8' });
});

test('the last hop is refused [router.hops]', () => {
  for (const value of ['8', '9', '9999']) expect(planHop([field(value)], 8)).toMatchObject({ code: 'loop_detected' });
});

test('what no router wrote tells nothing', () => {
  for (const value of ['', '-1', '1e9', 'x', '99999']) expect(planHop([field(value)], 8)).toEqual({ t: 'replace', line: 3, value: '1' });
});
