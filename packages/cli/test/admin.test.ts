import { silentLog } from '@switchyard/contract';
import {
  intercepts,
  leases,
  managerName,
  openKubeClient,
  standDownAnnotation,
  type KubeClient,
  type KubeObject,
  type ResourceType,
} from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openFakeKubernetes, until, type FakeKubernetes } from '@switchyard/testkit';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { foreignIntercept } from './test-cluster.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

vi.setConfig({ testTimeout: 30_000 });

type Deployment = KubeObject & { readonly spec: { readonly replicas: number }; readonly status?: object };
const deployments: ResourceType<Deployment> = { group: 'apps', plural: 'deployments', version: 'v1', kind: 'Deployment', namespaced: true };
const roles: ResourceType = { group: 'rbac.authorization.k8s.io', plural: 'roles', version: 'v1', kind: 'Role', namespaced: true };
const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

let kubernetes: FakeKubernetes;
let client: KubeClient;
let controllers: Promise<void>;
let stopped: boolean;

beforeEach(async () => {
  kubernetes = await openFakeKubernetes({ user: { username: 'admin@corp.example' } });
  client = await openKubeClient({ clock: createSystemClock(), log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  stopped = false;
  controllers = runControllers();
});
afterEach(async () => {
  stopped = true;
  await controllers;
  await client[Symbol.asyncDispose]();
  await kubernetes[Symbol.asyncDispose]();
});

/** What a cluster's controllers do with what is installed. */
async function runControllers(): Promise<void> {
  while (!stopped) {
    await settle();
    await delay(10);
  }
}

async function settle(): Promise<void> {
  for (const object of kubernetes.list(deployments)) {
    const { metadata, spec } = object;
    if (object.status === undefined) {
      const { replicas } = spec;
      const status = { observedGeneration: metadata.generation ?? 0, replicas, updatedReplicas: replicas, availableReplicas: replicas };
      kubernetes.put({ ...object, status });
    }
  }
  const { items } = await client.list<KubeObject & { status?: object }>(definitions);
  for (const object of items) {
    if (object.status !== undefined) continue;
    const established = { ...object, status: { conditions: [{ type: 'Established', status: 'True' }] } };
    if ((await client.get(definitions, object.metadata.name)) !== undefined) kubernetes.put(established);
  }
}

async function listDefinitions(): Promise<readonly string[]> {
  return (await client.list(definitions)).items.map(({ metadata }) => metadata.name);
}

function admin(...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(['admin', ...argv], { env: { KUBECONFIG: kubernetes.kubeconfig } });
}

test('install makes what the manifests say, in this namespace, and waits until it works; again it changes nothing', async () => {
  const first = await admin('install', '--image', 'registry.example/switchyard:7');
  expect(first).toMatchObject({ code: 0, stdout: 'Switchyard is ready in the namespace shop\n' });
  expect(first.stderr).toContain('created Deployment switchyard-manager\n');
  expect(first.stderr).toContain('waiting for the manager to be ready\n');
  const deployment = JSON.stringify(kubernetes.get(deployments, managerName));
  expect(deployment).toContain('"image":"registry.example/switchyard:7"');
  expect(JSON.stringify(kubernetes.list(roles))).not.toContain('NAMESPACE');
  const again = await admin('install', '--image', 'registry.example/switchyard:7', '-o', 'json', '-q');
  expect(again.stderr).toBe('');
  expect(JSON.parse(again.stdout)).toMatchObject({
    where: 'the namespace shop',
    objects: expect.arrayContaining([{ kind: 'Deployment', name: managerName, action: 'unchanged' }]),
  });
});

test('a dry run stores nothing', async () => {
  const { code, stdout, stderr } = await admin('install', '--dry-run');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^nothing was stored; \d+ objects are fine\n$/) });
  expect(stderr).toContain('would be created: Deployment switchyard-manager\n');
  expect(kubernetes.list(deployments)).toEqual([]);
});

test('install ends what an interrupted uninstall left: managers may take services again', async () => {
  kubernetes.put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: managerName, annotations: { [standDownAnnotation]: 'true' } },
    spec: {},
  } as KubeObject);
  expect((await admin('install', '-q')).code).toBe(0);
  expect(kubernetes.get(leases, managerName)?.metadata.annotations?.[standDownAnnotation]).toBeUndefined();
});

test("the cluster's part comes before a namespace's", async () => {
  kubernetes.missingGroups.add('switchyard.dev');
  expect(await admin('install')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error: Switchyard is not installed in the cluster of the context "fake".\n'),
  });
  kubernetes.missingGroups.clear();
  expect(await admin('install', '--cluster')).toMatchObject({
    code: 0,
    stdout: 'Switchyard is ready in the cluster of the context fake\n',
  });
  expect(await listDefinitions()).toEqual([
    'interceptpolicies.switchyard.dev',
    'intercepts.switchyard.dev',
    'routedservices.switchyard.dev',
  ]);
});

test('a manager that does not get ready: what keeps its pod is named', async () => {
  stopped = true;
  await controllers;
  kubernetes.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'manager-1', labels: { 'app.kubernetes.io/component': 'manager' } },
    status: { containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }] },
  } as KubeObject);
  expect(await admin('install', '--timeout', '1s', '-q')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: The manager of the namespace shop is not ready after 1s: ErrImagePull (no such image).\n  See kubectl describe pods -n shop -l app.kubernetes.io/component=manager, or wait longer with --timeout.\n',
  });
});

test('without --timeout it is waited for for two minutes [cli.adminMs]', async () => {
  stopped = true;
  await controllers;
  const clock = createFakeClock();
  const startMs = clock.now();
  let outcome: Outcome | undefined;
  void runInProcess(['admin', 'install', '-q'], { env: { KUBECONFIG: kubernetes.kubeconfig }, clock }).then((done) => (outcome = done));
  while (outcome === undefined) {
    await until(() => kubernetes.openWatches > 0 || outcome !== undefined);
    if (kubernetes.openWatches > 0) clock.advance(5_000);
    await setImmediate();
  }
  expect(outcome.stderr).toContain('is not ready after 2m: no pod of it was made.');
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(120_000);
  expect(clock.now() - startMs).toBeLessThan(135_000);
});

test('list names the namespaces; the cluster is not taken away from them; uninstall leaves nothing', async () => {
  await admin('install', '--cluster', '-q');
  await admin('install', '-q');
  kubernetes.put(foreignIntercept('orders.http.bob', 'bob', false));
  expect((await admin('list', '-o', 'plain')).stdout).toBe('shop\t0.1.0\tyes\t0\t1\n');
  expect(await admin('uninstall', '--cluster')).toEqual({
    code: 5,
    stdout: '',
    stderr: 'error: A namespace still has a manager: shop.\n  Uninstall there first: intercept admin uninstall -n shop.\n',
  });
  const removed = await admin('uninstall');
  expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('removed Deployment switchyard-manager\n') });
  expect(removed.stdout).toContain('removed Intercept orders.http.bob\n');
  expect(removed.stdout).toMatch(/nothing of Switchyard is left in the namespace shop\n$/);
  for (const type of [deployments, roles, leases, intercepts]) expect(kubernetes.list<KubeObject>(type)).toEqual([]);
  expect((await admin('uninstall')).stdout).toBe('nothing to remove in the namespace shop\n');
  expect((await admin('list')).stdout).toBe('no namespace has a manager\n');
  expect((await admin('uninstall', '--cluster')).code).toBe(0);
  expect(await listDefinitions()).toEqual([]);
  expect((await admin('uninstall', '--cluster')).stdout).toBe('nothing to remove in the cluster of the context fake\n');
});

test('a dry run of a binding cannot see the role that it did not store', async () => {
  const gone = 'roles.rbac.authorization.k8s.io "switchyard-manager" not found';
  kubernetes.refuse = ({ path, query }) =>
    path.includes('/rolebindings/') && query.get('dryRun') === 'All' ? { status: 404, message: gone } : undefined;
  const { code, stderr } = await admin('install', '--dry-run');
  expect(code).toBe(0);
  expect(stderr).toContain('would be created: RoleBinding switchyard-manager\n');
  expect((await admin('install', '-q')).code).toBe(0);
});

test('what is refused at the end leaves nothing of the beginning', async () => {
  kubernetes.refuse = ({ method, path }) => (method === 'PATCH' && path.includes('/leases/') ? { status: 403, message: 'No.' } : undefined);
  expect(await admin('install')).toMatchObject({ code: 4, stderr: expect.not.stringContaining('created') });
  for (const type of [deployments, roles]) expect(kubernetes.list<KubeObject>(type)).toEqual([]);
});

test('a missing right is named, with who can give it', async () => {
  kubernetes.refuse = ({ method, path }) =>
    method === 'PATCH' && path.endsWith('/clusterroles/switchyard-view')
      ? {
          status: 403,
          message:
            'clusterroles.rbac.authorization.k8s.io "switchyard-view" is forbidden: User "admin@corp.example" cannot patch resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope',
        }
      : undefined;
  expect(await admin('install', '--cluster', '-q')).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'error: You (admin@corp.example) may not patch clusterroles.rbac.authorization.k8s.io in the whole cluster (context "fake").\n  An administrator of the cluster can give you the right, for example: kubectl create clusterrolebinding NAME --clusterrole=cluster-admin --user=admin@corp.example\n',
  });
});

test('whoever installs in a namespace needs to be its admin, whatever is refused first', async () => {
  const message =
    'intercepts.switchyard.dev is forbidden: User "eve" cannot list resource "intercepts" in API group "switchyard.dev" in the namespace "shop"';
  kubernetes.refuse = ({ path }) => (path.endsWith('/namespaces/shop/intercepts') ? { status: 403, message } : undefined);
  expect(await admin('install', '-q')).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'error: You (eve) may not list intercepts.switchyard.dev in the namespace shop (context "fake").\n  An administrator of the namespace can give you the right, for example: kubectl create rolebinding -n shop NAME --clusterrole=admin --user=eve\n',
  });
});
