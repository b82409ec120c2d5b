import { expect, test } from 'vitest';
import { runMixedLoad } from '../integration/mixed-load.ts';
import { openTestSystem } from '../support/test-system.ts';

const keys = ['alice', 'bob', 'carol', 'dave', 'pr-123'] as const;

test('20,000 mixed requests, those with a key through five agents: each is answered by its side', async () => {
  await using system = await openTestSystem({ keys });
  const answers = await runMixedLoad({ port: system.port, keys, connections: 50, requestsPerConnection: 400, seed: 3 });
  expect(answers).toBe(20_000);
  const origins = [system.baseline, ...system.developers.map((developer) => developer.origin)];
  expect(origins.reduce((sum, origin) => sum + origin.requests.length, 0)).toBe(20_000);
  for (const origin of origins) {
    expect(origin.requests.length).toBeGreaterThan(2_000);
    expect(origin.violations).toEqual([]);
    expect(origin.leftovers).toEqual([]);
  }
});
