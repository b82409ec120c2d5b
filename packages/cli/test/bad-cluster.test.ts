import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openFreePort } from './programs.ts';
import { openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const stack = new AsyncDisposableStack();
let cluster: TestCluster;
let app: { readonly port: number };

beforeAll(async () => {
  cluster = stack.use(await openTestCluster());
  app = stack.use(await openFreePort('mine'));
});
beforeEach(() => {
  cluster.kubernetes.user = { username: 'alice@corp.example' };
  cluster.kubernetes.missingGroups.clear();
  cluster.kubernetes.refuse = () => undefined;
});
afterAll(() => stack.disposeAsync());

interface Misuse {
  readonly name: string;
  readonly argv: () => readonly string[];
  readonly arrange?: () => void;
  /** Names the manager, so that there is a way to it. */
  readonly named?: true;
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const run = (...more: readonly string[]): readonly string[] => ['run', 'orders', '--port', String(app.port), ...more];
const forbid = (part: string, words: string) => (): void => {
  cluster.kubernetes.refuse = ({ method, path }) => (`${method} ${path}`.includes(part) ? { status: 403, message: words } : undefined);
};

const misuses: readonly Misuse[] = [
  {
    name: 'the cluster knows nothing of it',
    argv: () => run(),
    arrange: () => cluster.kubernetes.missingGroups.add('switchyard.dev'),
    exit: 1,
    code: 'manager_not_installed',
    message: 'Switchyard is not installed in the cluster of the context "fake".',
    hint: 'An administrator of the cluster installs it once: intercept admin install --cluster. Or name another cluster with --context.',
  },
  {
    name: 'the namespace has no manager',
    argv: () => run('-n', 'other'),
    exit: 1,
    code: 'manager_not_installed',
    message: 'The namespace other has no Switchyard manager.',
    hint: 'An administrator of the namespace installs it: intercept admin install -n other. Or name another namespace with -n.',
  },
  {
    name: 'no pod of the manager is ready',
    argv: () => run(),
    exit: 1,
    code: 'manager_unreachable',
    message: 'No pod of the manager is ready in the namespace shop.',
    hint: 'See kubectl get pods -n shop -l switchyard.dev/router=true.',
  },
  {
    name: 'no right to create intercepts',
    argv: () => run(),
    named: true,
    arrange: forbid(
      'POST /apis/switchyard.dev/v1alpha1/namespaces/shop/intercepts',
      'intercepts.switchyard.dev is forbidden: User "alice@corp.example" cannot create resource "intercepts" in API group "switchyard.dev" in the namespace "shop"',
    ),
    exit: 4,
    code: 'not_allowed',
    message: 'You (alice@corp.example) may not create intercepts.switchyard.dev in the namespace shop (context "fake").',
    hint: 'An administrator of the namespace can give you the right, for example: kubectl create rolebinding -n shop NAME --clusterrole=edit --user=alice@corp.example',
  },
  {
    name: 'no right to look at services',
    argv: () => ['status'],
    arrange: forbid(
      'GET /api/v1/namespaces/shop/services',
      'services is forbidden: User "alice@corp.example" cannot list resource "services" in API group "" in the namespace "shop"',
    ),
    exit: 4,
    code: 'not_allowed',
    message: 'You (alice@corp.example) may not list services in the namespace shop (context "fake").',
    hint: 'An administrator of the namespace can give you the right, for example: kubectl create rolebinding -n shop NAME --clusterrole=view --user=alice@corp.example',
  },
  {
    name: 'no right to intercept this service',
    argv: () => run(),
    named: true,
    arrange: forbid(
      'POST /apis/switchyard.dev/v1alpha1/namespaces/shop/intercepts',
      `intercepts.switchyard.dev "orders.http.alice" is forbidden: ValidatingAdmissionPolicy 'switchyard-intercept-owner' with binding 'switchyard-intercept-owner' denied request: alice@corp.example may not intercept the service orders`,
    ),
    exit: 4,
    code: 'not_allowed',
    message: "The cluster's policy refuses it: alice@corp.example may not intercept the service orders.",
    hint: 'An administrator of the namespace can give you the verb intercept on services.switchyard.dev, which the roles edit and admin have unless it was taken from them.',
  },
  {
    name: 'a name in the cluster that everybody has',
    argv: () => run(),
    arrange: () => (cluster.kubernetes.user = { username: 'kubernetes-admin' }),
    exit: 2,
    code: 'bad_usage',
    message:
      '"kubernetes-admin" (your name in the cluster) cannot be your routing key: many people have that name, so their requests would get mixed up.',
    hint: 'Choose a key of your own with --key NAME, or set INTERCEPT_KEY or INTERCEPT_USER.',
  },
  {
    name: 'the name of a program',
    argv: () => ['key'],
    arrange: () => (cluster.kubernetes.user = { username: 'system:serviceaccount:shop:default' }),
    exit: 2,
    code: 'bad_usage',
    message:
      '"system:serviceaccount:shop:default" (your name in the cluster) cannot be your routing key: many people have that name, so their requests would get mixed up.',
    hint: 'Choose a key of your own with --key NAME, or set INTERCEPT_KEY or INTERCEPT_USER.',
  },
  {
    name: 'nobody',
    argv: () => ['key'],
    arrange: () => (cluster.kubernetes.user = { username: 'system:anonymous' }),
    exit: 4,
    code: 'not_signed_in',
    message: 'The API server at URL takes you for nobody.',
    hint: 'Give the kubeconfig credentials, or name another context with --context.',
  },
  {
    name: 'an API server that is away',
    argv: () => ['list'],
    arrange: () => (cluster.kubernetes.refuse = () => ({ status: 503, message: 'starting' })),
    exit: 1,
    code: 'cluster_unavailable',
    message: 'The Kubernetes API server refused to list intercepts (503): starting',
    hint: 'Try kubectl get pods: it asks the same server. A manager without a cluster is named with --manager.',
  },
  {
    name: 'a service that is not there',
    argv: () => ['run', 'ordres', '--port', String(app.port)],
    exit: 3,
    code: 'service_not_found',
    message: 'There is no service "ordres" in the namespace shop (context fake).',
    hint: 'Did you mean "orders"? There are: orders, shop, voice.',
  },
  {
    name: 'several ports',
    argv: () => ['run', 'shop', '--port', String(app.port)],
    exit: 2,
    code: 'bad_usage',
    message: 'The service "shop" has several ports: http, admin.',
    hint: 'Say which one: --service-port http.',
  },
  {
    name: 'the direct lane from outside of the cluster',
    argv: () => run('--lane', 'direct'),
    named: true,
    exit: 2,
    code: 'bad_usage',
    message: 'The direct lane cannot be used: this machine is no pod of the cluster, so that the manager cannot dial it.',
    hint: 'Leave out --lane: then requests come through the tunnel.',
  },
  {
    name: 'a context that is not there',
    argv: () => ['list', '--context', 'nowhere'],
    exit: 2,
    code: 'bad_config',
    message: 'The kubeconfig has no context nowhere.',
    hint: 'The kubeconfig has fake.',
  },
  {
    name: 'a kubeconfig that is not there',
    argv: () => ['list', '--kubeconfig', '/nowhere'],
    exit: 2,
    code: 'bad_config',
    message: 'The kubeconfig /nowhere does not exist, so that the cluster is unknown.',
    hint: 'Name one with --kubeconfig or KUBECONFIG.',
  },
  {
    name: 'a namespace with a wrong name',
    argv: () => ['list', '-n', 'Shop'],
    exit: 2,
    code: 'bad_usage',
    message: '--namespace: "Shop" is not the name of a namespace: a name has lower-case letters, digits and inner hyphens.',
  },
  {
    name: 'a lane that there is not',
    argv: () => run('--lane', 'fast'),
    exit: 2,
    code: 'bad_usage',
    message: '--lane: "fast" is none of tunnel, direct.',
  },
];

test.for(misuses)('$name', async ({ argv, arrange, named, exit, code, message, hint }) => {
  arrange?.();
  const env = { KUBECONFIG: cluster.kubernetes.kubeconfig, ...(named === undefined ? {} : { INTERCEPT_MANAGER: cluster.managerUrl }) };
  const text = await cluster.run([...argv(), '-q'], { env });
  const shown = text.stderr.replaceAll(cluster.kubernetes.url, 'URL');
  expect({ ...text, stderr: shown }).toEqual({
    code: exit,
    stdout: '',
    stderr: `error: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`,
  });
  const data = await cluster.run([...argv(), '-q', '-o', 'json'], { env });
  expect({ code: data.code, stderr: data.stderr }).toEqual({ code: exit, stderr: '' });
  expect(JSON.parse(data.stdout.replaceAll(cluster.kubernetes.url, 'URL'))).toEqual({
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
  });
});
