import { intercepts, type InterceptPolicy } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openFreePort } from './programs.ts';
import { foreignIntercept, openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const grantAll: InterceptPolicy = {
  apiVersion: 'switchyard.dev/v1alpha1',
  kind: 'InterceptPolicy',
  metadata: { name: 'everything' },
  spec: {
    subjects: [{ kind: 'Group', name: 'system:authenticated' }],
    services: ['*'],
    modes: ['Intercept', 'Replace'],
    matchKinds: ['Key', 'Header', 'Path', 'Method', 'Percent'],
  },
};

let stack: AsyncDisposableStack;
let cluster: TestCluster;
let app: { readonly port: number };

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(grantAll);
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

test('without a key the object has the name of its match, is listed, and goes with down --no-key', async () => {
  await using run = cluster.start(['run', 'orders', '--port', String(app.port), '--no-key', '--header', 'x-team=blue']);
  await run.says('ready: requests for orders that match, whoever sends them, reach');
  expect(run.stderr).toContain('every request for orders where the header x-team is "blue" comes to your process, whoever sends it');
  const [object] = cluster.kubernetes.list(intercepts);
  expect(object?.metadata.name).toMatch(/^orders\.http\.match\.[0-9a-f]{16}$/);
  expect(object?.spec).not.toHaveProperty('key');
  expect((await cluster.run(['list', '-o', 'plain'])).stdout).toMatch(/^orders\thttp\t-\talice@corp\.example\tready/);
  expect((await cluster.run(['status', '-o', 'plain'])).stdout).toContain('no key (ready)');
  const again = await cluster.run(['run', 'orders', '--port', String(app.port), '--no-key', '--header', 'X-Team=blue']);
  expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('You already intercept orders what matches that')]);
  expect((await cluster.run(['down', '--key', 'alice'])).stdout).toBe('nothing of yours to remove\n');
  expect((await cluster.run(['down', '--no-key'])).stdout).toBe('removed orders (no key)\n');
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('to stand in for a service is said before it happens; a refusal names the policy', async () => {
  await using run = cluster.start(['run', 'orders', '--port', String(app.port), '--replace']);
  await run.says('ready: requests for orders that no key sends elsewhere reach');
  expect(run.stderr).toContain('every request for orders comes to your process, whoever sends it, until you stop');
  expect(cluster.kubernetes.list(intercepts)[0]?.spec.match).toEqual([{ allOf: [{ path: { prefix: '/' } }] }]);
  cluster.verdict = [['Accepted', 'False', 'PolicyDenied', 'No policy allows it.']];
  await using refused = cluster.start(['run', 'orders', '--port', String(app.port), '--no-key', '--method', 'GET']);
  expect([await refused.exited, refused.stderr]).toEqual([4, expect.stringContaining('No policy allows it.')]);
});

test('a share that becomes another one is the same intercept of its owner, made anew', async () => {
  const name = 'orders.http.match.0000000000000000';
  const old = foreignIntercept(name, 'alice@corp.example', false);
  const { key: _key, ...spec } = old.spec;
  const match = [{ allOf: [{ method: 'GET' }, { percent: 5 }] }];
  const { name: found } = await (async () => {
    await using first = cluster.start(['run', 'orders', '--port', String(app.port), '--no-key', '--method', 'GET', '--percent', '7']);
    await first.says('ready:');
    return { name: cluster.kubernetes.list(intercepts)[0]?.metadata.name ?? '' };
  })();
  await until(() => cluster.kubernetes.list(intercepts).length === 0);
  cluster.kubernetes.put({ ...old, metadata: { name: found }, spec: { ...spec, match } });
  await using run = cluster.start(['run', 'orders', '--port', String(app.port), '--no-key', '--method', 'GET', '--percent', '10']);
  await run.says('ready:');
  expect(cluster.object(found)?.spec.match).toEqual([{ allOf: [{ method: 'GET' }, { percent: 10 }] }]);
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
