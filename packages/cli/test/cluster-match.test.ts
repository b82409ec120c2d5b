import { intercepts } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openFreePort } from './programs.ts';
import { foreignIntercept, openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let stack: AsyncDisposableStack;
let cluster: TestCluster;
let app: { readonly port: number };

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await openTestCluster());
  app = stack.use(await openFreePort('mine'));
});
afterEach(() => stack.disposeAsync());

test('conditions and shares stand in the object', async () => {
  const flags = ['--header', 'x-team=blue', '--percent', '5', '--share-with', 'bob@corp.example', '--join'];
  await using run = cluster.start(['run', 'orders', '--port', String(app.port), ...flags]);
  await run.says('ready:');
  expect(cluster.object('orders.http.alice')?.spec).toMatchObject({
    match: [{ allOf: [{ header: { name: 'x-team', exact: 'blue' } }, { percent: 5 }] }],
    shareWith: ['bob@corp.example'],
    join: true,
  });
  const { stdout } = await cluster.run(['list', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ intercepts: [{ match: [{ header: 'x-team=blue', percent: 5 }], joins: true }] });
});

test('a cluster whose definition drops conditions in silence is noticed before anything is made', async () => {
  cluster.kubernetes.refuse = ({ method, body }) => {
    const { spec } = (body ?? {}) as { spec?: { match?: unknown } };
    if (method === 'POST' && spec !== undefined) delete spec.match;
    return undefined;
  };
  const { code, stderr } = await cluster.run(['run', 'orders', '--port', String(app.port), '--method', 'GET']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('is older and knows no conditions')]);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('an intercept without a key is refused before anything is made', async () => {
  const { code, stderr } = await cluster.run(['run', 'orders', '--port', String(app.port), '--no-key', '--method', 'GET']);
  expect([code, stderr]).toEqual([4, expect.stringContaining('not allowed in a cluster')]);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('explain decides by the objects: what is not routed, or has no session, is named with the condition that keeps it out', async () => {
  const carols = foreignIntercept('orders.http.carol', 'carol', false);
  const match = [{ allOf: [{ path: { prefix: '/api' } }] }];
  cluster.live.add('orders.http.carol');
  cluster.kubernetes.put({ ...carols, spec: { ...carols.spec, match } });
  cluster.kubernetes.put(foreignIntercept('orders.http.bob', 'bob', false));

  await until(() => cluster.object('orders.http.bob')?.status !== undefined);

  const routed = await cluster.run(['explain', 'orders', '--key', 'carol', '--path', '/api/1', '-o', 'json']);
  expect(routed.code).toBe(0);
  expect(JSON.parse(routed.stdout)).toMatchObject({
    outcome: 'routed',
    candidates: [{ id: 'orders.http.carol', owner: 'carol', won: true }],
    outside: [{ id: 'orders.http.bob', owner: 'bob', why: 'SessionReady is False (NoSession): No session is open.' }],
    responseHeader: [
      { name: 'x-intercept-served-by', value: 'carol@tunnel' },
      { name: 'vary', value: expect.stringContaining('x-intercept-id') },
    ],
  });
  const { code, stdout } = await cluster.run(['explain', 'orders', '--port', '80', '--key', 'carol']);
  expect(code).toBe(3);
  expect(stdout).toContain('  outside  orders.http.bob of bob: SessionReady is False (NoSession): No session is open.\n');
  expect(stdout).toContain('  note     decided by the Intercept objects that you may see');
  expect((await cluster.run(['explain', 'nothing'])).code).toBe(3);
});
