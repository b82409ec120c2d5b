import { createHash } from 'node:crypto';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { expect, test } from 'vitest';
import { ask, toFailure } from './ask.ts';

const hash = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;

/** A system whose manager wants a token, and answers to one name beside loopback. */
function open(): Promise<TestSystem> {
  return openTestSystem({
    keys: [],
    auth: { mode: 'token', users: [{ name: 'alice', token: hash('right') }] },
    hosts: ['manager.corp.example'],
  });
}

test('what the manager is, it tells everybody; all else needs a token, whatever name is claimed', async () => {
  await using system = await open();
  const { apiPort } = system.manager;
  expect((await ask(apiPort, '/manager')).data).toMatchObject({ auth: 'token', owner: null });
  for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
    const answer = await ask(apiPort, '/services', { headers });
    expect([...toFailure(answer), answer.headers['www-authenticate']]).toEqual([401, 'not_signed_in', 'Bearer']);
  }
  const headers = { authorization: 'bearer right', 'switchyard-owner': 'bob' };
  expect((await ask(apiPort, '/services', { headers })).status).toBe(200);
  expect((await ask(apiPort, '/manager', { headers })).data).toMatchObject({ owner: 'alice' });
});

test('the manager answers to the names that it was told', async () => {
  await using system = await open();
  for (const host of ['manager.corp.example', 'MANAGER.corp.example:443']) {
    expect((await ask(system.manager.apiPort, '/manager', { headers: { host } })).status).toBe(200);
  }
  expect(toFailure(await ask(system.manager.apiPort, '/manager', { headers: { host: 'corp.example' } }))).toEqual([403, 'not_allowed']);
});
