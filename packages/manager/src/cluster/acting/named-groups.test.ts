import { expect, test } from 'vitest';
import { createInterceptPolicy } from '../../../test/policies.ts';
import { findNamedGroups } from './named-groups.ts';

test('named are groups by which policies select; those of the cluster follow from a name', () => {
  const subjects = [
    { kind: 'Group', name: 'devs' },
    { kind: 'User', name: 'alice' },
    { kind: 'Group', name: 'system:serviceaccounts:shop' },
  ] as const;
  expect(findNamedGroups([createInterceptPolicy('one', { subjects }), createInterceptPolicy('two')])).toEqual(new Set(['devs']));
});
