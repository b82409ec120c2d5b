import { expect, test } from 'vitest';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { ask, toFailure, type Answer, type Asking } from './ask.ts';

/** A manager where alice and bob intercept `orders`. */
async function openScene(): Promise<TestSystem & { ask(path: string, asking?: Asking): Promise<Answer> }> {
  const system = await openTestSystem({ keys: ['alice', 'bob'] });
  return { ...system, ask: (path, asking) => ask(system.manager.apiPort, path, asking) };
}

test('the manager says what it is, and whom it takes the caller for', async () => {
  await using scene = await openScene();
  expect((await scene.ask('/manager')).data).toMatchObject({ auth: 'none', owner: 'alice' });
  expect((await scene.ask('/manager', { headers: { 'switchyard-owner': [] } })).data).toMatchObject({ owner: null });
});

test('services are listed and found by name', async () => {
  await using scene = await openScene();
  const { services } = (await scene.ask('/services')).data;
  expect(services).toEqual([{ name: 'orders', ports: [expect.objectContaining({ name: 'http', listen: `127.0.0.1:${scene.port}` })] }]);
  expect((await scene.ask('/services/orders')).data).toEqual(services[0]);
  expect(toFailure(await scene.ask('/services/payments'))).toEqual([404, 'service_not_found']);
  expect(toFailure(await scene.ask('/services/Not%20A%20Name'))).toEqual([400, 'bad_usage']);
});

test('intercepts are listed and found by id', async () => {
  await using scene = await openScene();
  const { intercepts } = (await scene.ask('/intercepts')).data;
  expect(intercepts.map(({ id, owner }: { id: string; owner: string }) => [id, owner]).toSorted()).toEqual([
    ['orders.http.alice', 'alice'],
    ['orders.http.bob', 'bob'],
  ]);
  expect((await scene.ask('/intercepts/orders.http.bob')).data).toMatchObject({ key: 'bob', session: 'ready', match: [] });
  expect(toFailure(await scene.ask('/intercepts/orders.http.carol'))).toEqual([404, 'intercept_not_found']);
});

test('each removes only what is their own, and its agent learns of it', async () => {
  await using scene = await openScene();
  const remove = { method: 'DELETE' };
  expect(toFailure(await scene.ask('/intercepts/orders.http.bob', remove))).toEqual([403, 'not_allowed']);
  expect(toFailure(await scene.ask('/intercepts/orders.http.carol', remove))).toEqual([404, 'intercept_not_found']);
  expect((await scene.ask('/intercepts/orders.http.alice', remove)).data).toMatchObject({ id: 'orders.http.alice' });
  await expect.poll(() => scene.developers[0]?.events.at(-1)).toMatchObject({ t: 'intercept_ended', reason: 'removed' });
  expect((await scene.ask('/intercepts')).data.intercepts).toHaveLength(1);
});

test('each renews only what is their own, and its agent learns of it', async () => {
  await using scene = await openScene();
  const renew = (id: string, body?: unknown): Promise<Answer> =>
    scene.ask(`/intercepts/${id}/renew`, {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const { now } = (await scene.ask('/manager')).data;
  const { data } = await renew('orders.http.alice', { lifetimeMs: 60_000 });
  expect(Math.abs(Date.parse(data.expiresAt) - Date.parse(now) - 60_000)).toBeLessThan(5_000);
  await expect.poll(() => scene.developers[0]?.events.at(-1)).toMatchObject({ t: 'intercept_renewed', intercept: { key: 'alice' } });
  expect(Date.parse((await renew('orders.http.alice')).data.expiresAt)).toBeGreaterThan(Date.parse(now) + 3_600_000);
  expect(toFailure(await renew('orders.http.bob'))).toEqual([403, 'not_allowed']);
  expect(toFailure(await renew('orders.http.carol'))).toEqual([404, 'intercept_not_found']);
  expect(toFailure(await renew('nonsense'))).toEqual([400, 'bad_usage']);
  for (const body of [{ lifetimeMs: 0 }, { lifetimeMs: 1.5 }, { lifetime: '8h' }, 7]) {
    expect(toFailure(await renew('orders.http.alice', body))).toEqual([400, 'bad_usage']);
  }
});

test('intercepts are removed by service, by key, or all of them; to say nothing is a mistake', async () => {
  await using scene = await openScene();
  const remove = { method: 'DELETE', headers: { 'switchyard-owner': 'bob' } };
  for (const query of ['', '?all=false', '?all=maybe', '?key=NO', '?everything=true', '?all=true&all=true']) {
    expect(toFailure(await scene.ask(`/intercepts${query}`, remove))).toEqual([400, 'bad_usage']);
  }
  expect((await scene.ask('/intercepts?service=orders&key=alice', remove)).data).toEqual({ removed: [] });
  expect((await scene.ask('/intercepts?all=true', remove)).data.removed).toMatchObject([{ id: 'orders.http.bob' }]);
  expect((await scene.ask('/intercepts?all=true', remove)).data).toEqual({ removed: [] });
});
