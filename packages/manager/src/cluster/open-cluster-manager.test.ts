import { createAgentKey, openAgent, type Agent } from '@switchyard/agent';
import { parseDocument } from '@switchyard/config';
import { parseServiceName, silentAudit, silentLog, type AuditRecord } from '@switchyard/contract';
import {
  intercepts,
  leases,
  managedByLabel,
  managerName,
  openKubeClient,
  originalAnnotation,
  routedServices,
  services,
  shadowLabel,
  toShadowName,
} from '@switchyard/kube';
import { createMetrics, createSystemClock } from '@switchyard/runtime';
import {
  createFakeClock,
  openFakeKubernetes,
  openStrictOrigin,
  until,
  watchLeaks,
  type FakeClock,
  type FakeKubernetes,
} from '@switchyard/testkit';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSpec } from '../../test/fakes.ts';
import { createIntercept, createReadyManagerPod, createService } from '../../test/objects.ts';
import { clusterSchema } from '../config/cluster-schema.ts';
import { openClusterManager, type ClusterManager } from './open-cluster-manager.ts';

const clock = createSystemClock();
const config = parseDocument(
  'apiVersion: switchyard.dev/v1\nkind: Manager\nlisten: 127.0.0.1:0\nhealth: 127.0.0.1:0\npeers: { listen: 127.0.0.1:0 }\nlimits: { drainGrace: 300ms }\n',
  'manager.yaml',
  clusterSchema,
);
const deps = { clock, log: silentLog };

async function openManager(
  kubernetes: FakeKubernetes,
  identity = 'manager-1',
  signal = new AbortController().signal,
  settings = { clock, config, audit: silentAudit },
): Promise<ClusterManager> {
  await using opened = new AsyncDisposableStack();
  const client = opened.use(await openKubeClient(deps, { kubeconfig: kubernetes.kubeconfig }));
  const metrics = createMetrics();
  const manager = opened.use(
    await openClusterManager(settings.config, {
      ...deps,
      clock: settings.clock,
      audit: settings.audit,
      metrics,
      client,
      identity,
      podAddress: '127.0.0.9',
      signal,
    }),
  );
  const owned = opened.move();
  return { ...manager, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * A Service whose shadow leads to `port` of this machine, under a name of its own: its router port follows from that, and tests run beside
 * each other.
 */
function putService(kubernetes: FakeKubernetes, port: number): string {
  const name = `orders-${randomBytes(4).toString('hex')}`;
  kubernetes.put(createReadyManagerPod('manager-1', '127.0.0.9'));
  const ports = [{ name: 'http', port, targetPort: 8080 }];
  kubernetes.put(createService(name, { ports }));
  const shadow = createService(toShadowName(name), { ports, clusterIP: '127.0.0.1' });
  kubernetes.put({ ...shadow, metadata: { ...shadow.metadata, labels: { ...managedByLabel, [shadowLabel]: name } } });
  return name;
}

function connect(manager: ClusterManager, service: string, keyPair: ReturnType<typeof createAgentKey>, port: number): Promise<Agent> {
  return openAgent(deps, {
    url: new URL(`http://127.0.0.1:${manager.apiPort}`),
    owner: 'whoever',
    client: 'laptop',
    token: undefined,
    keyPair,
    intercepts: [
      { spec: { ...createSpec('alice'), service: parseServiceName(service), port: 'http' }, deliver: { host: '127.0.0.1', port } },
    ],
    onEvent: () => {},
    signal: new AbortController().signal,
  });
}

async function health({ healthPort }: Pick<ClusterManager, 'healthPort'>, path: string): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${healthPort}${path}`)).text();
}

async function call(kubernetes: FakeKubernetes, service: string, key?: string): Promise<string> {
  const port = kubernetes.get(routedServices, service)?.spec.ports[0]?.routerPort;
  const headers: Record<string, string> = { connection: 'close', ...(key === undefined ? {} : { 'x-intercept-id': key }) };
  return await (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
}

function isTaken(kubernetes: FakeKubernetes, service: string): boolean {
  return kubernetes.get(services, service)?.metadata.annotations?.[originalAnnotation] !== undefined;
}

test('an object, a session with its key, and keyed requests reach the developer; a goodbye gives the Service back', async () => {
  const leaks = watchLeaks();
  {
    await using kubernetes = await openFakeKubernetes();
    await using baseline = await openStrictOrigin({ name: 'baseline' });
    await using local = await openStrictOrigin({ name: 'local' });
    const service = putService(kubernetes, baseline.port);
    const key = createAgentKey();
    kubernetes.put(
      createIntercept(`${service}.http.alice`, 'alice@example.com', {
        createdAt: new Date().toISOString(),
        spec: { publicKey: key.publicKey, owner: { user: 'alice@example.com', groups: ['dev'] } },
      }),
    );
    const records: AuditRecord[] = [];
    const audit = { write: (record: AuditRecord) => void records.push(record) };
    await using manager = await openManager(kubernetes, undefined, undefined, { clock, config, audit });
    await until(() => kubernetes.get(routedServices, service)?.status?.phase === 'Routed');
    expect(isTaken(kubernetes, service)).toBe(true);
    await expect(connect(manager, service, createAgentKey(), local.port)).rejects.toMatchObject({ code: 'not_allowed' });

    const agent = await connect(manager, service, key, local.port);
    expect(await call(kubernetes, service, 'alice')).toBe('local GET /\n');
    expect(await call(kubernetes, service)).toBe('baseline GET /\n');
    await until(() => kubernetes.get(intercepts, `${service}.http.alice`)?.status?.conditions?.every(({ status }) => status === 'True'));
    expect(await health(manager, '/metrics')).toContain('switchyard_services_routed 1\n');

    // The API server is away: what is known goes on.
    kubernetes.pause();
    expect(await call(kubernetes, service, 'alice')).toBe('local GET /\n');
    expect(await health(manager, '/readyz')).toBe('ok\n');
    kubernetes.resume();

    expect((await fetch(`http://127.0.0.1:${manager.apiPort}/api/v1/intercepts`)).status).toBe(401);

    await agent.goodbye();
    await until(() => kubernetes.get(intercepts, `${service}.http.alice`) === undefined, { timeoutMs: 15_000 });
    await until(() => !isTaken(kubernetes, service), { timeoutMs: 15_000 });
    expect(kubernetes.get(services, service)?.spec).toMatchObject({ selector: { app: service }, ports: [{ targetPort: 8080 }] });
    const known = { user: 'alice@example.com', groups: ['dev'], proven: true };
    expect(records.filter(({ action }) => action.startsWith('session_'))).toMatchObject([
      { action: 'session_opened', user: 'whoever', proven: false },
      { action: 'session_closed', user: 'whoever', proven: false },
      { ...known, action: 'session_opened', outcome: 'allowed' },
      { action: 'session_refused', reason: 'not_signed_in', proven: false },
      { ...known, action: 'session_closed', outcome: 'ended', reason: 'goodbye' },
    ]);
  }
  await leaks.expectNone();
}, 60_000);

test('a manager is not ready before it knows the cluster and serves what is taken over', async () => {
  await using kubernetes = await openFakeKubernetes();
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  const service = putService(kubernetes, baseline.port);
  kubernetes.put(createIntercept(`${service}.http.alice`, 'alice@example.com', { createdAt: new Date().toISOString() }));
  {
    await using _ = await openManager(kubernetes);
    await until(() => kubernetes.get(routedServices, service)?.status?.phase === 'Routed');
  }
  kubernetes.pause();
  const stopped = new AbortController();
  const opening = openManager(kubernetes, 'manager-2', stopped.signal);
  stopped.abort();
  await expect(opening).rejects.toMatchObject({ code: 'canceled' });

  const second = openManager(kubernetes, 'manager-2');
  kubernetes.resume();
  await using manager = await second;
  // Whoever is ready serves: before anybody leads.
  expect(await call(kubernetes, service)).toBe('baseline GET /\n');
  expect(await health(manager, '/readyz')).toBe('ok\n');
}, 60_000);

test('a manager that is told to stop lets another lead at once, and stays ready while it accepts', async () => {
  await using kubernetes = await openFakeKubernetes();
  const service = putService(kubernetes, 9);
  kubernetes.put(createIntercept(`${service}.http.alice`, 'alice@example.com', { createdAt: new Date().toISOString() }));
  await using manager = await openManager(kubernetes);
  await until(() => kubernetes.get(routedServices, service)?.status?.phase === 'Routed');
  const holder = (): string | undefined => kubernetes.get(leases, managerName)?.spec.holderIdentity;
  expect(holder()).toBe('manager-1');
  const drained = manager.drain();
  await until(() => holder() !== 'manager-1');
  expect(await health(manager, '/readyz')).toBe('ok\n');
  await drained;
  expect(await health(manager, '/readyz')).toBe('draining\n');
  // Another one goes on with it.
  expect(isTaken(kubernetes, service)).toBe(true);
});

/** A clock that goes with real time, and can be moved forward. */
function createMovableClock(): Pick<FakeClock, 'now' | 'date' | 'after' | 'advance'> & Disposable {
  const { now, date, after, advance } = createFakeClock();
  let seenMs = performance.now();
  const timer = setInterval(() => {
    const passedMs = performance.now() - seenMs;
    seenMs += passedMs;
    advance(passedMs);
  }, 5);
  return { now, date, after, advance, [Symbol.dispose]: () => clearInterval(timer) };
}

test('a manager that nobody succeeds goes on for 20 s, and is unready 6 s before it accepts no more [manager.successorMs] [manager.drainUnreadyMs]', async () => {
  using moved = createMovableClock();
  await using kubernetes = await openFakeKubernetes({ date: () => moved.date() });
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  const service = putService(kubernetes, baseline.port);
  kubernetes.put(createIntercept(`${service}.http.alice`, 'alice@example.com', { createdAt: moved.date().toISOString() }));
  const settings = { clock: moved, audit: silentAudit, config: { ...config, limits: { ...config.limits, drainGraceMs: 60_000 } } };
  await using manager = await openManager(kubernetes, 'manager-1', new AbortController().signal, settings);
  await until(() => kubernetes.get(routedServices, service)?.status?.phase === 'Routed');
  // It has heard that no pod is ready, its own one either, when a further service has to wait for one.
  const late = putService(kubernetes, baseline.port);
  kubernetes.remove(createReadyManagerPod('manager-1', '127.0.0.9'));
  kubernetes.put(createIntercept(`${late}.http.alice`, 'alice@example.com', { createdAt: moved.date().toISOString() }));
  const isWaiting = ({ message }: { readonly message: string }): boolean => message === 'No router is ready yet.';
  await until(() => kubernetes.get(routedServices, late)?.status?.conditions?.some(isWaiting) === true);
  const drained = manager.drain();
  await until(() => kubernetes.get(leases, managerName)?.spec.holderIdentity !== 'manager-1');
  for (const passedMs of [18_000, 2_000, 3_000]) {
    moved.advance(passedMs);
    expect(await health(manager, '/readyz')).toBe('ok\n');
  }
  moved.advance(1_000);
  await until(async () => (await health(manager, '/readyz')) === 'draining\n');
  expect(await call(kubernetes, service)).toBe('baseline GET /\n');
  moved.advance(6_000);
  await drained;
  await expect(call(kubernetes, service)).rejects.toThrow('fetch failed');
});

test('a namespace without the resource types is said at once', async () => {
  await using kubernetes = await openFakeKubernetes();
  kubernetes.missingGroups.add('switchyard.dev');
  await expect(openManager(kubernetes)).rejects.toMatchObject({ code: 'cluster_not_found' });
});

test('over HTTP, a manager in a cluster says what it is, and no more', async () => {
  await using kubernetes = await openFakeKubernetes();
  await using manager = await openManager(kubernetes);
  const ask = async (path: string, method = 'GET'): Promise<readonly unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${manager.apiPort}/api/v1${path}`, { method, headers: { 'switchyard-owner': 'alice' } });
    const data = JSON.parse(await response.text());
    return [response.status, data.error?.code ?? data.auth ?? data.openapi];
  };
  expect(await ask('/manager')).toEqual([200, 'kubernetes']);
  expect(await ask('/openapi.json')).toEqual([200, '3.1.1']);
  for (const path of ['/services', '/services/orders', '/intercepts', '/intercepts/orders.http.alice', '/events']) {
    expect(await ask(path)).toEqual([401, 'not_signed_in']);
  }
  expect(await ask('/intercepts?all=true', 'DELETE')).toEqual([401, 'not_signed_in']);
});
