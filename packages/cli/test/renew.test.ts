import { intercepts, type Intercept } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, until } from '@switchyard/testkit';
import { silentLog } from '@switchyard/contract';
import { openKubeClient } from '@switchyard/kube';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { renewObject } from '../src/control/cluster/renew.ts';
import { openFreePort, openManagerProgram, startIntercept, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { openTestCluster } from './test-cluster.ts';

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
