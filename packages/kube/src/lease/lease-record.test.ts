import { expect, test } from 'vitest';
import { isLeaseFree, toLease, toLeaseTaken } from './lease-record.ts';

test('however long a lease says that it lasts, it is believed for two minutes at most', () => {
  const sight = { lease: toLease('leader', { holderIdentity: 'nobody', leaseDurationSeconds: 86_400 }), sinceMs: 1_000 };
  expect(isLeaseFree(sight, 'a', 120_999, 15_000)).toBe(false);
  expect(isLeaseFree(sight, 'a', 121_000, 15_000)).toBe(true);
});

test('how often the leader changed stays a number that the API server takes', () => {
  const before = { holderIdentity: 'nobody', leaseTransitions: 0x7fff_ffff };
  expect(toLeaseTaken(before, 'a', 15_000, new Date(0)).leaseTransitions).toBeLessThanOrEqual(0x7fff_ffff);
  expect(toLeaseTaken({ ...before, leaseTransitions: 3 }, 'a', 15_000, new Date(0)).leaseTransitions).toBe(4);
});
