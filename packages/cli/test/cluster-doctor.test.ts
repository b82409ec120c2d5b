import { services } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Result } from '../src/doctor/examine.ts';
import { openFreePort } from './programs.ts';
import { openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const stack = new AsyncDisposableStack();
let cluster: TestCluster;

beforeAll(async () => {
  cluster = stack.use(await openTestCluster());
});
afterAll(() => stack.disposeAsync());

async function examine(service: string): Promise<ReadonlyMap<string, Result>> {
  const { stdout } = await cluster.run(['doctor', service, '-o', 'json'], { env: { INTERCEPT_MANAGER: cluster.managerUrl } });
  const { checks }: { checks: readonly Result[] } = JSON.parse(stdout);
  return new Map(checks.map((result) => [result.id, result]));
}

test('in a cluster, doctor asks the API server what the person may do', async () => {
  const found = await examine('orders');
  expect(found.get('manager')).toMatchObject({ state: 'ok', says: expect.stringMatching(/^version 1, through 127\.0\.0\.1:\d+, /) });
  expect(found.get('rights')).toMatchObject({ state: 'ok', says: 'you may intercept orders in shop (context fake)' });
  expect(found.get('key')).toMatchObject({ state: 'ok', says: 'alice (from your name)' });
  expect(found.get('token')).toMatchObject({ state: 'skipped' });
  expect((await examine('voice')).get('service')).toMatchObject({ state: 'fail' });
});

test('who asks for a protected service is denied, and doctor says so once', async () => {
  const orders = cluster.kubernetes.get(services, 'orders');
  if (orders === undefined) throw new Error('There is no Service.');
  cluster.kubernetes.put({ ...orders, metadata: { ...orders.metadata, annotations: { 'switchyard.dev/protected': 'true' } } });
  try {
    const why = 'orders cannot be intercepted: it is protected (annotation switchyard.dev/protected)';
    expect((await examine('orders')).get('service')).toMatchObject({ state: 'fail', says: why });
    expect(await cluster.run(['run', 'orders', '--', 'true'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`error: ${why}.`),
    });
    expect(JSON.parse((await cluster.run(['status', 'orders', '-o', 'json'])).stdout).services[0].routing.refusal).toBe(`${why}.`);
  } finally {
    cluster.kubernetes.put(orders);
  }
});

test('logs are what the conditions say, and cannot be followed', async () => {
  expect((await cluster.run(['logs'])).stdout).toBe('nothing is known to have happened\n');
  await using app = await openFreePort('mine');
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  await until(async () => {
    const { stdout } = await cluster.run(['logs', 'orders', '-o', 'plain']);
    return /\tSessionReady\talice@corp\.example\torders\talice\tSessionReady\torders\.http\.alice is SessionReady \(SessionReady\)\n/.test(
      stdout,
    );
  });
  expect(await cluster.run(['logs', '-f'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('kubectl get intercepts -n shop --watch'),
  });
});
