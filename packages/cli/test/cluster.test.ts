import { until } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { intercepts, routedServices } from '@switchyard/kube';
import { openFolder, openFreePort } from './programs.ts';
import { accepted, foreignIntercept, openTestCluster, routedSince, service, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let stack: AsyncDisposableStack;
let cluster: TestCluster;
let app: { readonly port: number };

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await openTestCluster());
  app = stack.use(await openFreePort('mine'));
  const home = stack.use(await openFolder());
  vi.stubEnv('XDG_CONFIG_HOME', home.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await stack.disposeAsync();
});

const since = new Date(routedSince).toTimeString().slice(0, 8);

test('run needs nothing but a kubeconfig: the key is the name in the cluster, and nothing stays', async () => {
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  expect(cluster.object('orders.http.alice')).toMatchObject({
    spec: {
      service: 'orders',
      port: 'http',
      key: 'alice',
      owner: { user: 'alice@corp.example' },
      client: 'laptop',
      lane: 'Tunnel',
      whenAway: 'Fail',
    },
  });
  expect(run.stderr.replace(/expires .*/, 'expires').replace(String(app.port), 'PORT')).toBe(
    `asking the namespace shop (context fake)
reaching the manager of the namespace shop
taking over orders
orders is routed; opening the session
ready: requests for orders with your key reach localhost:PORT
  key      alice
  header   x-intercept-id: alice   or   baggage: intercept=alice
  try      curl -H 'x-intercept-id: alice' http://orders:80/   (in a pod of the namespace shop)
  lane     tunnel: this machine is no pod of the cluster
  expires
  note     connections opened before ${since} still go to the baseline
`,
  );
  run.stop();
  expect(await run.exited).toBe(130);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});
