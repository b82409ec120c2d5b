import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';
import { openTestSystem } from '../support/test-system.ts';
import { runMixedLoad } from './mixed-load.ts';

checkLeaks();

const keys = ['alice', 'bob', 'carol', 'dave', 'pr-123'] as const;

test('2,000 mixed requests of 5 keys and none over 50 connections: each is answered by its side', { timeout: 30_000 }, async () => {
  await using router = await openTestRouter({ keys });
  const answers = await runMixedLoad({ port: router.port, keys, connections: 50, requestsPerConnection: 40, seed: 1 });
  expect(answers).toBe(2_000);
  const arrived = Object.values(router.origins).map((origin) => origin.requests.length);
  expect(arrived.reduce((sum, count) => sum + count, 0)).toBe(2_000);
  for (const origin of Object.values(router.origins)) {
    expect(origin.requests.length).toBeGreaterThan(200);
    expect(origin.violations).toEqual([]);
    expect(origin.leftovers).toEqual([]);
  }
  expect(router.origins.baseline.requests.some((request) => request.header('x-intercept-id') !== undefined)).toBe(false);
});

test('2,000 mixed requests, those with a key through five agents', { timeout: 30_000 }, async () => {
  await using system = await openTestSystem({ keys });
  const answers = await runMixedLoad({ port: system.port, keys, connections: 50, requestsPerConnection: 40, seed: 2 });
  expect(answers).toBe(2_000);
  const origins = [system.baseline, ...system.developers.map((developer) => developer.origin)];
  expect(origins.reduce((sum, origin) => sum + origin.requests.length, 0)).toBe(2_000);
  for (const origin of origins) {
    expect(origin.requests.length).toBeGreaterThan(200);
    expect(origin.violations).toEqual([]);
    expect(origin.leftovers).toEqual([]);
  }
});
