import { expect, test } from 'vitest';
import { findNamedGroups, putNamedFirst } from './named-groups.ts';

test('named are groups by which policies select; those of the cluster that follow from a name are not', () => {
  const named = findNamedGroups([
    { kind: 'Group', name: 'devs' },
    { kind: 'User', name: 'alice' },
    { kind: 'Group', name: 'system:authenticated' },
    { kind: 'Group', name: 'system:serviceaccounts:shop' },
    { kind: 'Group', name: 'system:masters' },
  ]);
  expect(named).toEqual(new Set(['devs', 'system:masters']));
});

test('named groups come first, then those of the cluster, else as they were', () => {
  const who = { user: 'alice', groups: ['b', 'devs', 'a', 'system:authenticated'] };
  expect(putNamedFirst(who, new Set(['devs'])).groups).toEqual(['devs', 'system:authenticated', 'b', 'a']);
});
