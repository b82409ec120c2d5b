import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';
import { runMixedLoad } from './mixed-load.ts';

checkLeaks();

test('10,000 mixed requests of 5 keys and none over 50 connections: each is answered by its side', { timeout: 60_000 }, async () => {
  const keys = ['alice', 'bob', 'carol', 'dave', 'pr-123'] as const;
  await using router = await openTestRouter({ keys });
  const answers = await runMixedLoad({ port: router.port, keys, connections: 50, requestsPerConnection: 200, seed: 1 });
  expect(answers).toBe(10_000);
  const arrived = Object.values(router.origins).map((origin) => origin.requests.length);
  expect(arrived.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  for (const origin of Object.values(router.origins)) {
    expect(origin.requests.length).toBeGreaterThan(1000);
    expect(origin.violations).toEqual([]);
    expect(origin.leftovers).toEqual([]);
  }
  expect(router.origins.baseline.requests.some((request) => request.header('x-intercept-id') !== undefined)).toBe(false);
});
