import { intercepts, routedServices, type KubeObject } from '@switchyard/kube';
import { until, type FakeKubernetes } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openFolder, openFreePort } from './programs.ts';
import type { Started } from './run-in-process.ts';
import { accepted, foreignIntercept, openTestCluster, routedSince, type TestCluster } from './test-cluster.ts';

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
asking for the requests of orders
orders is routed since ${since}
ready: requests for orders with your key reach localhost:PORT
  key      alice
  header   x-intercept-id: alice   or   baggage: intercept=alice
  try      curl -H 'x-intercept-id: alice' http://orders/   (in the namespace shop)
  expires
  note     connections opened before ${since} still go to the baseline
`,
  );
  run.stop();
  expect(await run.exited).toBe(130);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('the document of run says since when', async () => {
  await using run = cluster.start([
    'run',
    'orders',
    '--port',
    String(app.port),
    '-o',
    'json',
    '-q',
    '--when-away',
    'baseline',
    '--lifetime',
    '1h',
  ]);
  await until(() => run.stdout !== '');
  expect(JSON.parse(run.stdout)).toMatchObject({
    id: 'orders.http.alice',
    owner: 'alice@corp.example',
    listen: 'orders:80',
    routedSince: '2030-01-01T14:03:07.000Z',
    headers: { 'x-intercept-id': 'alice' },
  });
  expect(cluster.object('orders.http.alice')?.spec).toMatchObject({ whenAway: 'Baseline', lifetimeSeconds: 3600 });
});

test('up takes several services; each has an object', async () => {
  await using up = cluster.start(['up', `orders=${app.port}`, '--key', 'team', '-q']);
  await until(() => cluster.registered.length === 1);
  up.stop();
  expect(await up.exited).toBe(130);
  const two = cluster.start(['up', `orders=${app.port}`, `voice=${app.port}`]);
  expect(await two.exited).toBe(1);
  expect(two.stderr).toContain('error: voice cannot be intercepted: ');
});

test('the conditions are waited for; what the manager says is shown', async () => {
  cluster.verdict = [
    ['Accepted', 'True', 'Accepted'],
    ['Routed', 'False', 'Preparing', 'Waiting for endpoints.'],
  ];
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('taking over orders: Waiting for endpoints.\n');
  expect(run.stderr).not.toContain('ready:');
  // As a policy that wants an approval does it: what is granted then is not what the session was told.
  const waiting = cluster.object('orders.http.alice');
  if (waiting === undefined) throw new Error('The object is gone.');
  cluster.kubernetes.put({
    ...waiting,
    status: { ...waiting.status, expiresAt: new Date(Date.now() + 30 * 60_000 + 20_000).toISOString() },
  });
  cluster.verdict = accepted;
  await run.says('ready:');
  expect(run.stderr).toMatch(/expires {2}\d\d:\d\d \(in 30m\)/);
});

test('a service that is not routed in time: what the manager says, and nothing stays', async () => {
  cluster.verdict = [
    ['Accepted', 'True', 'Accepted'],
    ['Routed', 'False', 'PortUnavailable', 'Port 12345 of the router is taken.'],
  ];
  const run = cluster.start(['run', 'orders', '--port', String(app.port), '--timeout', '300ms', '-q']);
  expect(await run.exited).toBe(1);
  expect(run.stderr).toBe(
    'error: The requests for orders do not arrive here after 300ms: Port 12345 of the router is taken.\n  See `intercept status orders`, or give it more time with --timeout.\n',
  );
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test.for([
  ['KeyTaken', 'The key "alice" belongs to bob.', 5],
  ['NotHttp', 'Port http of orders speaks no HTTP.', 1],
  ['LimitReached', 'You have 256 intercepts.', 1],
  ['PortNotFound', 'orders has no port http.', 3],
] as const)('refused with %s: exit code, the reason, and nothing stays', async ([reason, message, exit]) => {
  cluster.verdict = [['Accepted', 'False', reason, message]];
  const run = cluster.start(['run', 'orders', '--port', String(app.port), '-q']);
  expect(await run.exited).toBe(exit);
  expect(run.stderr).toContain(`error: ${message}\n`);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('what cannot work is refused before the command starts', async () => {
  const message =
    'intercepts.switchyard.dev is forbidden: User "alice@corp.example" cannot create resource "intercepts" in API group "switchyard.dev" in the namespace "shop"';
  cluster.kubernetes.refuse = ({ method, path }) =>
    method === 'POST' && path.endsWith('/intercepts') ? { status: 403, message } : undefined;
  const denied = await cluster.run(['run', 'orders', '--', 'node', '--version']);
  expect(denied).toMatchObject({ code: 4, stderr: expect.stringContaining('error: You (alice@corp.example) may not create intercepts') });
  expect(denied.stderr).not.toContain('starting');
  cluster.kubernetes.refuse = () => undefined;
  const alone = await cluster.run(['run', 'orders', '--', 'node', '--version']);
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('error: No pod of the manager is ready') });
  expect(alone.stderr).not.toContain('starting');
  const direct = await cluster.run(['run', 'orders', '--lane', 'direct', '--', 'node', '--version']);
  expect(direct).toMatchObject({ code: 2, stderr: expect.stringContaining('error: The direct lane cannot be used') });
  expect(direct.stderr).not.toContain('starting');
});

test('a key of another owner is refused by name, on whatever service', async () => {
  cluster.kubernetes.put(foreignIntercept('shop.http.alice', 'bob@corp.example', false));
  const run = cluster.start(['run', 'orders', '--port', String(app.port), '-q']);
  expect(await run.exited).toBe(5);
  expect(run.stderr).toBe(
    'error: The key "alice" belongs to bob@corp.example (bob@corp.examples-laptop), who intercepts shop with it.\n  Use another key (--key), or ask bob@corp.example to share it with you (--share-with) and then say --join.\n',
  );
});

test.for([
  ['bob@corp.example', 'The key "alice" belongs to bob@corp.example'],
  ['alice@corp.example', 'You already intercept orders with the key "alice", on alice@corp.examples-laptop.'],
] as const)('an object of %s that comes between the look and the creation is told as any', async ([owner, message]) => {
  cluster.kubernetes.refuse = ({ method, path }) => {
    if (method === 'POST' && path.endsWith('/intercepts') && cluster.object('orders.http.alice') === undefined)
      cluster.kubernetes.put(foreignIntercept('orders.http.alice', owner, true));
    return undefined;
  };
  cluster.live.add('orders.http.alice');
  const run = cluster.start(['run', 'orders', '--port', String(app.port), '-q']);
  expect(await run.exited).toBe(5);
  expect(run.stderr).toContain(`error: ${message}`);
  expect(cluster.object('orders.http.alice')?.spec.publicKey).toBe('b3RoZXI=');
});

test('what a killed process left behind is taken over', async () => {
  const left = cluster.kubernetes.put(foreignIntercept('orders.http.alice', 'alice@corp.example', false));
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  const object = cluster.object('orders.http.alice');
  expect(object?.metadata.uid).toBe(left.metadata.uid);
  expect(object?.spec.client).toBe('laptop');
  run.stop();
  await run.exited;
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
});

test('drift is told, and its end', async () => {
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  cluster.verdict = [
    ['Accepted', 'True', 'Accepted'],
    ['Routed', 'False', 'Drifted', 'Somebody wrote the selector of orders; it is taken again in 30 s.'],
  ];
  await run.says('warning: requests for orders do not reach you now: Somebody wrote the selector of orders; it is taken again in 30 s.\n');
  cluster.verdict = accepted;
  await run.says(`orders is routed again since ${since}\n`);
});

test('an object that is removed elsewhere ends the run, once the manager had 5 s to say who did it [cli.endingMs]', async () => {
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  const startMs = performance.now();
  expect(await cluster.run(['down', 'orders'])).toEqual({ code: 0, stdout: 'removed orders (key alice)\n', stderr: '' });
  expect(await run.exited).toBe(3);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(5_000);
  expect(run.stderr).toContain('error: The intercept of orders with the key "alice" was removed.\n');
  expect(await cluster.run(['down', 'orders'])).toEqual({ code: 0, stdout: 'nothing of yours to remove\n', stderr: '' });
});

test('list and status show what the objects say; down removes only what is mine', async () => {
  cluster.kubernetes.put(foreignIntercept('shop.http.bob', 'bob@corp.example', false));
  cluster.kubernetes.put({
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'RoutedService',
    metadata: { name: 'orders' },
    spec: { ports: [{ name: 'http', port: 80, routerPort: 10_001, protocol: 'http' }], shadow: 'swy-0123' },
    status: {
      phase: 'Routed',
      routedSince,
      conditions: [
        { type: 'Contested', status: 'True', reason: 'Contested', message: 'Argo writes it back.', lastTransitionTime: routedSince },
      ],
    },
  } as KubeObject);
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  await until(() => cluster.object('shop.http.bob')?.status?.conditions?.length === 3);

  expect((await cluster.run(['list'])).stdout).toMatch(
    /^SERVICE +PORT +KEY +OWNER +SESSION +AGE +EXPIRES +MACHINE +ROUTED\norders +http +alice +alice@corp\.example +ready +\d+s +in .+ laptop +Routed\nshop +http +bob +bob@corp\.example +away +\d+s +in .+ Routed\n$/,
  );
  const { intercepts: listed } = JSON.parse((await cluster.run(['list', '-o', 'json'])).stdout);
  expect(listed).toMatchObject([
    { id: 'orders.http.alice', mine: true, routed: { reason: 'Routed', since: '2030-01-01T14:03:07.000Z' } },
    { mine: false },
  ]);

  expect((await cluster.run(['status'])).stdout.replaceAll(/ +$/gm, '')).toBe(
    `the namespace shop (context fake)
SERVICE  PORT   LISTEN      BASELINE     PROTOCOL  MINE           PHASE   SINCE
orders   http   orders:80   swy-0123:80  http      alice (ready)  Routed  ${since}
shop     http   shop:80     shop:80      auto                     Free
shop     admin  shop:81     shop:81      auto                     Free
voice    sip    voice:5060  voice:5060   tcp                      Free
orders: Contested: Argo writes it back.
voice: ${await refusalOf('voice')}
`,
  );
  expect(JSON.parse((await cluster.run(['status', 'orders', '-o', 'json'])).stdout)).toMatchObject({
    manager: null,
    cluster: { context: 'fake', namespace: 'shop' },
  });
  expect((await cluster.run(['status', 'orders', '-q'])).code).toBe(0);
  expect((await cluster.run(['status', 'shop', '-q'])).code).toBe(3);
  expect((await cluster.run(['down', '--all'])).stdout).toBe('removed orders (key alice)\n');
  expect(cluster.object('shop.http.bob')).toBeDefined();
  expect(cluster.kubernetes.list(routedServices)).toHaveLength(1);
});

async function refusalOf(name: string): Promise<string> {
  const { services } = JSON.parse((await cluster.run(['status', name, '-o', 'json'])).stdout);
  return services[0].routing.refusal;
}

test('another namespace and another context by flag, variable and file', async () => {
  const view = async (...argv: readonly string[]): Promise<unknown> =>
    JSON.parse((await cluster.run(['config', 'view', '-o', 'json', ...argv], { env: { INTERCEPT_NAMESPACE: 'from-variable' } })).stdout);
  expect(await view()).toMatchObject({
    manager: null,
    key: null,
    cluster: { namespace: { value: 'from-variable', source: 'environment' } },
  });
  expect(await view('-n', 'from-flag', '--context', 'fake')).toMatchObject({
    cluster: { namespace: { value: 'from-flag', source: 'flag' }, context: { value: 'fake' } },
  });
  expect(await cluster.run(['key'])).toEqual({ code: 0, stdout: 'alice\n', stderr: '' });
  expect(await cluster.run(['key', '-o', 'json'], { env: { INTERCEPT_USER: 'carol' } })).toMatchObject({
    stdout: '{"key":"carol","source":"identity"}\n',
  });
});

test('two contexts in two terminals do not disturb each other', async () => {
  await using other = await openTestCluster();
  other.kubernetes.user = { username: 'alice-admin' };
  await using folder = await openFolder();
  const kubeconfig = await folder.write('config', toTwoContexts(cluster.kubernetes, other.kubernetes));
  const start = (context: string, manager: string): Started =>
    cluster.start(['run', 'orders', '--port', String(app.port), '--kubeconfig', kubeconfig, '--context', context, '--manager', manager]);
  await using a = start('a', cluster.managerUrl);
  await using b = start('b', other.managerUrl);
  await Promise.all([a.says('ready:'), b.says('ready:')]);
  expect(cluster.kubernetes.list(intercepts).map(({ metadata }) => metadata.name)).toEqual(['orders.http.alice']);
  expect(other.kubernetes.list(intercepts).map(({ metadata }) => metadata.name)).toEqual(['orders.http.alice-admin']);
  a.stop();
  expect(await a.exited).toBe(130);
  expect(cluster.kubernetes.list(intercepts)).toEqual([]);
  expect(other.kubernetes.list(intercepts)).toHaveLength(1);
});

function toTwoContexts(...fakes: readonly FakeKubernetes[]): string {
  const names = ['a', 'b'];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: fakes.map(({ url }, index) => ({ name: names[index], cluster: { server: url } })),
    users: fakes.map(({ token }, index) => ({ name: names[index], user: { token } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name, namespace: 'shop' } })),
  });
}

test('what others write into their objects does nothing to this terminal', async () => {
  const object = foreignIntercept('shop.http.bob', 'bob\u001b[2J', false);
  cluster.kubernetes.put({ ...object, spec: { ...object.spec, client: '\u001b]0;mine\u0007laptop' } } as KubeObject);
  const { code, stdout } = await cluster.run(['list']);
  expect([code, stdout.includes(' ]0;mine laptop '), /[^\P{C}\n]/u.test(stdout)]).toEqual([0, true, false]);
});

test('a service account has a name that is longer than the protocol’s', async () => {
  await using other = await openTestCluster(`system:serviceaccount:shop:${'ci'.repeat(100)}`);
  await using run = other.start(['run', 'orders', '--port', String(app.port), '--key', 'ci']);
  await run.says('ready:');
});
