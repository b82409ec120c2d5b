import { intercepts, managerName, routedServices, services, shadowLabel, type Intercept, type KubeObject } from '@switchyard/kube';
import { openFakeKubernetes, until, type FakeKubernetes } from '@switchyard/testkit';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ask, openManager, openServer, pairs, runIntercept, startIntercept, type Version } from './programs.ts';
import { readPruning } from './prune.ts';

interface Scene extends AsyncDisposable {
  readonly kubernetes: FakeKubernetes;
  readonly service: string;
  readonly local: number;
  readonly env: Readonly<Record<string, string>>;
  /** The router's port, once the Service is taken over. */
  readonly port: () => number | undefined;
  readonly object: () => Intercept | undefined;
}

/** A namespace of an API server that has the definitions of `cluster`, with one Service, and a manager. */
async function openScene(cluster: Version, manager: Version): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const user = { username: 'alice@corp.example', groups: ['team-blue', 'system:authenticated'] };
  const prune = await readPruning(cluster);
  const kubernetes = stack.use(await openFakeKubernetes({ user, prune: (object) => toReachable(prune(object)) }));
  const baseline = stack.use(await openServer('baseline'));
  const local = stack.use(await openServer('mine'));
  // Its router's port follows from its name: others may run on this machine.
  const service = `orders-${randomBytes(4).toString('hex')}`;
  for (const object of createObjects(service, baseline.port)) kubernetes.put(object);
  const env = { KUBECONFIG: kubernetes.kubeconfig };
  const settings = manager.name === 'this version' ? 'peers: { listen: 127.0.0.1:0 }\n' : '';
  const pod = { POD_NAME: 'manager-1', POD_IP: '127.0.0.9' };
  const running = stack.use(await openManager(manager, settings, ['--role', 'all'], { ...env, ...pod }));
  const owned = stack.move();
  return {
    kubernetes,
    service,
    local: local.port,
    env: { ...env, INTERCEPT_MANAGER: running.url },
    port: () => kubernetes.get(routedServices, service)?.spec.ports[0]?.routerPort,
    object: () => kubernetes.get(intercepts, `${service}.http.alice`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The shadow of the Service leads to the baseline, which is on this machine. */
function toReachable<T extends KubeObject>(object: T): T {
  if (object.metadata.labels?.[shadowLabel] === undefined) return object;
  return { ...object, spec: { ...(object as T & { readonly spec: object }).spec, clusterIP: '127.0.0.1' } };
}

function createObjects(service: string, port: number): readonly KubeObject[] {
  const toService = (name: string, spec: object): KubeObject => {
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
    return object;
  };
  const ports = [{ name: 'http', port, targetPort: 8080 }];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'manager-1', labels: { 'switchyard.dev/router': 'true' } },
    spec: {},
    status: { phase: 'Running', podIP: '127.0.0.9', podIPs: [{ ip: '127.0.0.9' }], conditions: [{ type: 'Ready', status: 'True' }] },
  };
  return [
    toService(managerName, { selector: {}, ports: [{ name: 'api', port: 7480 }] }),
    toService(service, { selector: { app: service }, ports }),
    pod,
  ];
}

const [oldCli] = pairs;
if (oldCli === undefined) throw new Error('There are no versions.');
const [previous, current] = oldCli;

/** Every order in which the three can be upgraded, one after the other. */
const rows: readonly (readonly [cli: Version, cluster: Version, manager: Version])[] = [
  [current, previous, previous],
  [current, current, previous],
  [previous, current, previous],
  [previous, current, current],
];

for (const [cli, cluster, manager] of rows) {
  test(`intercept of ${cli.name}, resources of ${cluster.name}, a manager of ${manager.name}`, async () => {
    await using scene = await openScene(cluster, manager);
    const { env, service, local, port, object } = scene;
    await using run = startIntercept(cli, ['run', service, '--port', String(local), '--key', 'alice'], env);
    await run.says('ready:');
    expect([await ask(port(), 'alice'), await ask(port())]).toEqual(['mine', 'baseline']);
    expect(object()?.spec.owner.groups).toEqual(cli === current && cluster === current ? ['team-blue', 'system:authenticated'] : undefined);

    const key = ['--key', 'alice'];
    expect(await runIntercept(cli, ['list', '-o', 'json'], env)).toMatchObject({
      code: 0,
      output: expect.stringContaining(`"${service}.http.alice"`),
    });
    expect(await runIntercept(cli, ['status', service, '--quiet'], env)).toEqual({ code: 0, output: '' });
    expect(await runIntercept(cli, ['explain', service, ...key, '-o', 'json'], env)).toMatchObject({
      code: 0,
      output: expect.stringContaining('"routed"'),
    });
    expect(await runIntercept(cli, ['run', 'payments', '--port', String(local), ...key], env)).toEqual({
      code: 3,
      output: expect.stringContaining('There is no service "payments"'),
    });
    if (cli === current) await refusesToRenew(scene, cluster);

    expect(await runIntercept(cli, ['down', service, ...key], env)).toMatchObject({ code: 0, output: `removed ${service} (key alice)\n` });
    expect(await run.exited).toBe(3);
    await until(() => scene.kubernetes.get(services, service)?.spec.selector?.['app'] === service, { timeoutMs: 30_000 });
  });
}

/** No older manager renews: with older resources that is known at once, else when it takes no notice. */
async function refusesToRenew({ service, env }: Scene, cluster: Version): Promise<void> {
  const { code, output } = await runIntercept(current, ['renew', service, '--key', 'alice'], env);
  const says =
    cluster === previous ? 'The Switchyard of this cluster is older and knows no renewals.' : 'has not taken notice of the renewal';
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(says) });
}
