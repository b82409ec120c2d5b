import { expect, test } from 'vitest';
import type { Subject } from '../subject.ts';
import { tokenCheck } from './token.ts';

test.for([
  ['ci', { state: 'ok', says: "ci, by this pod's token" }],
  [undefined, { state: 'skipped' }],
] as const)("at a cluster's manager that knows %s", async ([owner, found]) => {
  const manager = async (): Promise<unknown> => ({ info: { auth: 'kubernetes', owner } });
  const settings = async (): Promise<unknown> => ({ token: { source: 'pod' } });
  expect(await tokenCheck.run({ manager, settings } as unknown as Subject)).toMatchObject(found);
});
