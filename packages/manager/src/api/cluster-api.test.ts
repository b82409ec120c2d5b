import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createClusterApi } from './cluster-api.ts';

const api = createClusterApi(createFakeClock(), { version: '1.2.3', protocol: { min: 1, max: 1 } });
const caller = { owner: 'alice', token: undefined, address: '127.0.0.1' };

test('a manager in a cluster says how agents prove who they are', async () => {
  expect(await api.info(caller)).toEqual({
    version: '1.2.3',
    protocol: { min: 1, max: 1 },
    auth: 'kubernetes',
    owner: undefined,
    now: expect.any(Date),
  });
});

test('it acts for nobody', async () => {
  const refused = { code: 'not_signed_in', hint: expect.stringContaining('kubectl get intercepts') };
  await expect(api.listServices(caller)).rejects.toMatchObject(refused);
  await expect(api.listIntercepts(caller)).rejects.toMatchObject(refused);
  await expect(api.removeIntercepts(caller, { all: true })).rejects.toMatchObject(refused);
});
