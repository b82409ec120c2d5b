import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import type { Subject } from '../subject.ts';
import { tokenCheck } from './token.ts';

test.for([
  ['that knows who comes', undefined, 'ci', { state: 'ok', says: 'ci, says the manager' }],
  ['that does not', undefined, undefined, { state: 'fail', says: 'The token has expired', todo: 'Sign in.' }],
  ['whose API server is asked', { context: 'c', namespace: 'n' }, undefined, { state: 'skipped' }],
] as const)("at a cluster's manager %s", async ([, cluster, user, found]) => {
  const identify = async (): Promise<unknown> => {
    if (user === undefined) throw new InterceptError('not_signed_in', 'The token has expired.', { hint: 'Sign in.' });
    return { user, by: 'says the manager' };
  };
  const subject = {
    manager: async () => ({ info: { auth: 'kubernetes' } }),
    settings: async () => ({ token: undefined }),
    control: async () => ({ cluster, identify }),
  };
  expect(await tokenCheck.run(subject as unknown as Subject)).toMatchObject(found);
});
