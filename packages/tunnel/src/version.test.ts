import { expect, test } from 'vitest';
import { negotiateVersion } from './version.ts';

test.each([
  [{ min: 1, max: 1 }, { min: 1, max: 1 }, 1],
  [{ min: 1, max: 3 }, { min: 2, max: 2 }, 2],
  [{ min: 2, max: 3 }, { min: 1, max: 2 }, 2],
  [{ min: 2, max: 3 }, { min: 2, max: 3 }, 3],
])('agent %o and manager %o speak %i', (agent, manager, version) => {
  expect(negotiateVersion(agent, manager)).toBe(version);
});

test.each([
  [{ min: 1, max: 1 }, { min: 2, max: 3 }, 'Upgrade the intercept command.'],
  [{ min: 4, max: 5 }, { min: 2, max: 3 }, 'Upgrade the manager.'],
])('agent %o and manager %o have none in common', (agent, manager, hint) => {
  expect(() => negotiateVersion(agent, manager)).toThrow(expect.objectContaining({ code: 'version_mismatch', hint }));
});
