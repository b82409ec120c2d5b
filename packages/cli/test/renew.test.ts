import { drainAnnotation, intercepts, managerName, toDrainText, type Intercept, type InterceptPolicy, type Lease } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, until } from '@switchyard/testkit';
import { silentLog } from '@switchyard/contract';
import { openKubeClient } from '@switchyard/kube';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { renewObject } from '../src/control/cluster/renew.ts';
import { openFreePort, openManagerProgram, startIntercept, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;

beforeAll(async () => {
  manager = stack.use(await openManagerProgram());
});
afterAll(() => stack.disposeAsync());

function intercept(user: string, ...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(argv, { env: { INTERCEPT_USER: user, INTERCEPT_MANAGER: manager.url } });
}

test('an intercept of a lone manager is renewed from another terminal, and its own terminal says so', async ({ onTestFinished }) => {
  await using orders = await openFreePort('my orders');
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url };
  const run = startIntercept(['run', 'orders', '--port', String(orders.port), '--lifetime', '1h'], { env });
  onTestFinished(() => run.kill('SIGKILL'));
  await vi.waitFor(() => expect(run.stderr).toContain('ready:'), { timeout: 30_000 });

  const renewed = await intercept('alice', 'renew', 'orders', '--lifetime', '2h');
  expect(renewed).toMatchObject({ code: 0, stderr: '' });
  expect(renewed.stdout).toMatch(/^renewed orders \(key alice\): lives until \d\d:\d\d, for 2h\n$/);
  await vi.waitFor(() => expect(run.stderr).toMatch(/the intercept of orders was renewed, and lives until \d\d:\d\d:\d\d/));
  const { stdout } = await intercept('alice', 'renew', '--all', '-o', 'json');
  const [all] = JSON.parse(stdout).renewed as { readonly id: string; readonly expiresAt: string }[];
  expect(all?.id).toBe('orders.http.alice');
  expect(Date.parse(all?.expiresAt ?? '') - Date.now()).toBeGreaterThan(7 * 3_600_000);

  expect(await intercept('bob', 'renew', 'orders')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('You have no intercept of orders with the key "bob" that could be renewed.'),
  });
  expect(await intercept('alice', 'renew', '--all', '--key', 'x')).toMatchObject({ code: 2 });
});

/** Renews what `names` name, as its manager would. */
async function grant(cluster: TestCluster, expiresAt: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await until(() => cluster.object(name)?.spec.renewals === 1);
    const asked = cluster.object(name);
    if (asked !== undefined) cluster.kubernetes.put({ ...asked, status: { ...asked.status, renewals: 1, expiresAt } } satisfies Intercept);
  }
}

test('while the namespace is drained a renewal says when and why the intercept ends all the same', async () => {
  await using cluster = await openTestCluster();
  cluster.kubernetes.put(objectOf());
  const at = '2030-01-01T00:05:00.000Z';
  const annotations = { [drainAnnotation]: toDrainText({ by: 'ops', reason: 'upgrade', atMs: Date.parse(at) }) };
  const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: managerName, annotations }, spec: {} };
  cluster.kubernetes.put(lease);
  const command = cluster.run(['renew', 'orders', '-o', 'json']);
  await grant(cluster, '2030-01-01T08:00:00.000Z', 'orders.http.alice');
  const { code, stdout } = await command;
  const message = 'The namespace is drained by ops: upgrade; a renewal does not change that.';
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({
    code: 0,
    renewed: [{ expiresAt: '2030-01-01T08:00:00.000Z', closing: { at, message } }],
  });
  cluster.kubernetes.put(objectOf());
  const text = cluster.run(['renew', 'orders']);
  await grant(cluster, '2030-01-01T08:00:00.000Z', 'orders.http.alice');
  expect((await text).stdout).toMatch(
    /^renewed orders \(key alice\), which ends at \d\d:\d\d all the same, in .*\. The namespace is drained by ops/,
  );
});

test('of several, those that can be renewed are, and of the others it is said why not', async () => {
  await using cluster = await openTestCluster();
  cluster.kubernetes.put(objectOf());
  cluster.kubernetes.put({ ...objectOf({ service: 'shop' }), metadata: { name: 'shop.http.alice' } });
  const policy: InterceptPolicy = {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'InterceptPolicy',
    metadata: { name: 'short' },
    spec: { subjects: [{ kind: 'User', name: 'alice@corp.example' }], services: ['shop'], lifetime: { maxSeconds: 60 } },
  };
  cluster.kubernetes.put(policy);
  const command = cluster.run(['renew', '--all', '--lifetime', '1h', '-o', 'json']);
  await grant(cluster, '2030-01-01T08:00:00.000Z', 'orders.http.alice');
  const { code, stdout, stderr } = await command;
  expect({ code, ids: JSON.parse(stdout).renewed.map(({ id }: { readonly id: string }) => id) }).toEqual({
    code: 4,
    ids: ['orders.http.alice'],
  });
  expect(stderr).toContain('The policy "short" allows intercepts of shop to live for at most 1m');
});

function objectOf(spec: Partial<Intercept['spec']> = {}): Intercept {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: 'orders.http.alice' },
    spec: { service: 'orders', port: 'http', key: 'alice', owner: { user: 'alice@corp.example' }, ...spec },
  };
}

test('in a cluster the object asks, and the manager grants', async () => {
  await using cluster = await openTestCluster();
  cluster.kubernetes.put(objectOf({ lifetimeSeconds: 3_600 }));
  const command = cluster.run(['renew', 'orders', '--key', 'alice', '--lifetime', '90m', '-o', 'json']);
  await until(() => cluster.object('orders.http.alice')?.spec.renewals === 1);
  const asked = cluster.object('orders.http.alice');
  if (asked === undefined) throw new Error('The object is gone.');
  expect(asked.spec.lifetimeSeconds).toBe(5_400);
  const granted: Intercept = { ...asked, status: { renewals: 1, expiresAt: '2030-01-01T01:30:00Z' } };
  cluster.kubernetes.put(granted);
  const { code, stdout } = await command;
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({
    code: 0,
    renewed: [{ id: 'orders.http.alice', expiresAt: '2030-01-01T01:30:00.000Z' }],
  });
});

test('a manager that takes no notice is not waited for longer than 10 s [cli.renewMs]', async () => {
  await using kubernetes = await openFakeKubernetes();
  kubernetes.put(objectOf());
  const clock = createFakeClock();
  await using client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  const object = kubernetes.get(intercepts, 'orders.http.alice');
  if (object === undefined) throw new Error('The object is not there.');
  const renewal = renewObject({ clock, log: silentLog, client }, object, undefined);
  let isOver = false;
  renewal.catch(() => (isOver = true));
  await until(() => kubernetes.get(intercepts, 'orders.http.alice')?.spec.renewals === 1);
  const startMs = clock.now();
  await until(() => {
    if (!isOver) clock.advance(100);
    return isOver;
  });
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(9_900);
  await expect(renewal).rejects.toMatchObject({ code: 'upstream_timeout' });
});
