// A namespace with a fake API server, and managers' parts that work on it: their collections, a router that only notes what it is asked, and a clock.
import { silentLog, silentMetrics, toLimitValues, type ServiceName } from '@switchyard/contract';
import {
  endpointSlices,
  openKubeClient,
  routedServices,
  services,
  type EndpointSlice,
  type RoutedService,
  type Service,
} from '@switchyard/kube';
import type { Router } from '@switchyard/router';
import { createFakeClock, openFakeKubernetes, until, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import { openCollections } from '../src/cluster/open-collections.ts';
import { PortOpener } from '../src/cluster/services/port-opener.ts';
import { openServiceKeeper } from '../src/cluster/services/service-keeper.ts';
import { serviceLimits } from '../src/limits.ts';
import { createReadyManagerPod } from './objects.ts';

/** What a router was asked, in order: `listen 12345`, `release http`. */
export interface NotedRouter extends Pick<Router, 'listen' | 'setBaseline' | 'release'> {
  readonly notes: readonly string[];
  /** Ports that cannot be opened. */
  readonly refused: Set<number>;
  /** Lets everything that is being released end. */
  endReleases(): void;
}

function createNotedRouter(note: (text: string) => void = () => {}): NotedRouter {
  const notes: string[] = [];
  const refused = new Set<number>();
  const releases: (() => void)[] = [];
  /** Which port listens where: like a real one, it cannot listen for two on one number, however soon one of them ends. */
  const holders = new Map<number, string>();
  const add = (text: string): void => {
    notes.push(text);
    note(text);
  };
  return {
    notes,
    refused,
    listen: async ({ service, port, listenPort }) => {
      const name = `${service}:${port}`;
      if (refused.has(listenPort) || (holders.get(listenPort) ?? name) !== name) throw new Error(`Port ${listenPort} is taken.`);
      holders.set(listenPort, name);
      add(`listen ${listenPort}`);
      return listenPort;
    },
    setBaseline: (_service, port, baseline) =>
      add(`baseline ${port} ${typeof baseline === 'function' ? 'by client' : `${baseline.host}:${baseline.port}`}`),
    release: (service, port) => {
      add(`release ${port}`);
      return new Promise((resolve) =>
        releases.push(() => {
          for (const [number, name] of holders) if (name === `${service}:${port}`) holders.delete(number);
          resolve('gone');
        }),
      );
    },
    endReleases: () => {
      for (const end of releases.splice(0)) end();
    },
  };
}

/** One manager's service keeper with what it stands on. */
export interface TestManager extends AsyncDisposable {
  readonly router: NotedRouter;
  readonly ports: PortOpener;
  /** Who leads, what is wanted and whether to stand down, from now on. */
  set(changes: { readonly leading?: boolean; readonly wanted?: readonly string[]; readonly standDown?: boolean }): void;
}

/** A namespace with one Service `orders` and its pods. */
export interface TestCluster extends AsyncDisposable {
  readonly kubernetes: FakeKubernetes;
  readonly clock: FakeClock;
  /** What happened, in order: writes that reached the API server, and what routers were asked. */
  readonly events: string[];
  openManager(begin?: Parameters<TestManager['set']>[0]): Promise<TestManager>;
  service(name?: string): Service | undefined;
  routed(name?: string): RoutedService | undefined;
  /** Writes the Service as its owner would. */
  write(change: (service: Service) => Service): void;
  /** Waits for `condition`, while EndpointSlices follow the Services. */
  until(condition: () => unknown, about?: string): Promise<void>;
  /** Lets time pass in small steps, and what follows from it happen. */
  pass(ms: number): Promise<void>;
}

const addresses: Readonly<Record<string, readonly string[]>> = { orders: ['10.0.0.1', '10.0.0.2'], 'orders-v2': ['10.0.0.3'] };

export async function openTestCluster(): Promise<TestCluster> {
  const clock = createFakeClock();
  const kubernetes = await openFakeKubernetes({ date: () => clock.date() });
  const events: string[] = [];
  kubernetes.refuse = (request) => {
    if (request.method !== 'GET') events.push(`${request.method} ${request.path.split('/namespaces/shop/')[1]}`);
    return undefined;
  };
  kubernetes.put(createOrders());
  kubernetes.put(createReadyManagerPod('manager', '10.0.0.9'));
  const get = (name: string): Service | undefined => kubernetes.get(services, name);
  const followServices = (): void => {
    for (const service of kubernetes.list(services)) {
      const wanted = createSlice(service.metadata.name, addresses[service.spec.selector?.['app'] ?? ''] ?? []);
      const present = kubernetes.get(endpointSlices, wanted.metadata.name);
      if (JSON.stringify(present?.endpoints) !== JSON.stringify(wanted.endpoints)) kubernetes.put(wanted);
    }
  };
  followServices();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    kubernetes,
    clock,
    events,
    openManager: (begin) => openTestManager({ kubernetes, clock, events }, begin),
    service: (name = 'orders') => get(name),
    routed: (name = 'orders') => kubernetes.get(routedServices, name),
    write(change) {
      const service = get('orders');
      if (service !== undefined) kubernetes.put(change(service));
    },
    async until(condition, about) {
      await until(
        () => {
          followServices();
          return Boolean(condition());
        },
        { about: about ?? `${String(condition)}; so far ${events.join(', ')}` },
      );
    },
    async pass(ms) {
      const stepMs = Math.max(1_000, ms / 40);
      for (let left = ms; left > 0; left -= stepMs) {
        followServices();
        clock.advance(Math.min(left, stepMs));
        await settle();
      }
    },
    [Symbol.asyncDispose]: () => kubernetes[Symbol.asyncDispose](),
  };
}

async function openTestManager(
  { kubernetes, clock, events }: Pick<TestCluster, 'kubernetes' | 'clock' | 'events'>,
  begin: Parameters<TestManager['set']>[0] = {},
): Promise<TestManager> {
  await using opened = new AsyncDisposableStack();
  const deps = { clock, log: silentLog };
  const client = opened.use(await openKubeClient(deps, { kubeconfig: kubernetes.kubeconfig }));
  const collections = openCollections({ ...deps, client }, opened);
  await Promise.all(Object.values(collections).map(({ synced }) => synced));
  const router = createNotedRouter((note) => events.push(note));
  const options = { ...toLimitValues(serviceLimits), host: '0.0.0.0' };
  const ports = opened.use(new PortOpener({ ...deps, ...collections, router }, options));
  let state = { leading: true, wanted: ['orders'] as readonly string[], standDown: false, ...begin };
  const keeper = opened.use(
    openServiceKeeper({
      ...deps,
      ...collections,
      metrics: silentMetrics,
      client,
      routers: ports,
      wanted: () => new Set(state.wanted as readonly ServiceName[]),
      isStandingDown: () => state.standDown,
      mayBypass: () => false,
      isLeading: () => state.leading,
    }),
  );
  const owned = opened.move();
  return {
    router,
    ports,
    set(changes) {
      state = { ...state, ...changes };
      keeper.wake();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function createOrders(): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'orders', labels: { team: 'shop' }, annotations: { note: 'kept' } },
    spec: {
      type: 'ClusterIP',
      selector: { app: 'orders' },
      ports: [
        { name: 'http', port: 80, targetPort: 'web' },
        { name: 'admin', port: 81, targetPort: 9090 },
      ],
    },
  };
}

function createSlice(service: string, ready: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-slice`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: ready.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}
