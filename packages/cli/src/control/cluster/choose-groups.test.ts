import { InterceptError } from '@switchyard/contract';
import type { KubeClient } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { chooseGroups } from './choose-groups.ts';

const many = Array.from({ length: 91 }, (_, index) => `team-${index}`);

test.for<[what: string, words: string, sentence: string]>([
  [
    'all that the person has',
    'The API server refuses it: spec.owner.groups must have every group of alice; upgrade intercept, which writes them',
    'This cluster demands that an intercept names all groups of its owner, and you (alice) are in 91: it can name 64.',
  ],
  [
    'those that policies name, which the person may not read',
    'The API server refuses it: spec.owner.groups must have every group of yours that the policy teams names',
    'A policy names a group of yours (alice) which the intercept leaves out: you may not read the policies, and it names 64 of your 91 groups.',
  ],
])('the API server demands %s: the refusal says what can be done', async ([, words, sentence]) => {
  const list = (): Promise<never> => Promise.reject(new InterceptError('not_allowed', 'You may not list policies.'));
  const { explain } = await chooseGroups({ list } as unknown as KubeClient, { user: 'alice', groups: many });
  const { code, message, hint } = explain(new InterceptError('not_allowed', words));
  expect([code, message, hint]).toEqual(['not_allowed', sentence, expect.stringMatching(/^Ask an administrator/)]);
  const other = new InterceptError('not_allowed', 'You may not create intercepts.');
  expect(explain(other)).toBe(other);
});
