import { expect, test } from 'vitest';
import { grantRenewal } from './renewal.ts';

const limits = { lifetimeMs: 8 * 3_600_000, defaultLifetimeMs: 3_600_000 };

test('what waits for an approval is not renewed, for however short', () => {
  const pending = { holds: false, reason: 'ApprovalPending', message: '', policy: 'p' } as const;
  for (const wantedMs of [undefined, 60_000]) {
    expect(() => grantRenewal(wantedMs, pending, limits)).toThrow('waits for an approval, and lives from then on');
  }
  const accepted = { holds: true, reason: 'Accepted', message: '', policy: undefined } as const;
  expect(grantRenewal(60_000, accepted, limits)).toBe(60_000);
});
