import { InterceptError, parseRoutingKey, parseServiceName, silentLog, silentMetrics, type InterceptSpec } from '@switchyard/contract';
import {
  intercepts,
  type Condition,
  type Intercept,
  type InterceptConditionType,
  type InterceptReason,
  type KubeObject,
} from '@switchyard/kube';
import { toRouteId } from '@switchyard/route';
import { createSystemClock } from '@switchyard/runtime';
import { openFakeKubernetes, type FakeKubernetes } from '@switchyard/testkit';
import { openTunnelServer, protocolVersions, type AcceptSession, type ManagerApi } from '@switchyard/tunnel';
import type { Host } from '../src/index.ts';
import { runInProcess, startInProcess, type Outcome, type Started } from './run-in-process.ts';

/** What the manager says of an intercept: the conditions that it writes. */
export type Verdict = readonly (readonly [
  type: InterceptConditionType,
  status: 'True' | 'False',
  reason: InterceptReason,
  message?: string,
])[];

export const routedSince = '2030-01-01T14:03:07Z';
export const accepted: Verdict = [
  ['Accepted', 'True', 'Accepted'],
  ['Routed', 'True', 'Routed'],
];

/** A namespace `shop` with Services, and a manager that speaks the real tunnel and says of intercepts what the test tells it to. */
export interface TestCluster extends AsyncDisposable {
  readonly kubernetes: FakeKubernetes;
  readonly managerUrl: string;
  /** What it says of each intercept; may be changed at any time. */
  verdict: Verdict;
  /** What sessions registered, in order. */
  readonly registered: readonly InterceptSpec[];
  /** Names of the intercepts whose session is live; a test may say so of others' too. */
  readonly live: Set<string>;
  object(name: string): Intercept | undefined;
  /** Runs a command line with nothing but the kubeconfig. */
  run(argv: readonly string[], host?: Partial<Host>): Promise<Outcome>;
  /** Starts one that goes on, with the manager's address. */
  start(argv: readonly string[]): Started;
}

function service(name: string, ports: readonly object[] = [{ name: 'http', port: 80, targetPort: 8080 }], spec: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports, ...spec } } as KubeObject;
}

export async function openTestCluster(username = 'alice@corp.example', groups?: readonly string[]): Promise<TestCluster> {
  const stack = new AsyncDisposableStack();
  const kubernetes = stack.use(await openFakeKubernetes({ user: { username, ...(groups === undefined ? {} : { groups }) } }));
  const registered: InterceptSpec[] = [];
  const live = new Set<string>();

  const accept: AcceptSession = async (hello) => {
    const own = new Set<string>();
    return {
      async onRegister(spec) {
        const id = toRouteId(spec.service, spec.port ?? '', spec);
        const object = kubernetes.get(intercepts, id);
        if (object === undefined) throw new InterceptError('intercept_not_found', `There is no object ${id}.`);
        if (object.spec.publicKey !== hello.publicKey) throw new InterceptError('not_allowed', 'Another key stands in the object.');
        registered.push(spec);
        live.add(id);
        own.add(id);
        const createdAt = new Date();
        const expiresAt = new Date(createdAt.getTime() + (spec.lifetimeMs ?? 8 * 3_600_000));
        const { service: name, port = '', key, match, sharedWith, joins, whenAway } = spec;
        const owner = object.spec.owner.user.slice(0, 128);
        return {
          id,
          service: name,
          port,
          key,
          match,
          sharedWith,
          joins,
          owner,
          whenAway,
          session: 'ready',
          client: hello.client,
          createdAt,
          expiresAt,
        };
      },
      onUnregister: async () => {},
      onRenew: () => Promise.reject(new Error('not asked for')),
      onClose: (end) => {
        for (const id of own) {
          live.delete(id);
          const object = end.t === 'goodbye' ? kubernetes.get(intercepts, id) : undefined;
          if (object !== undefined) kubernetes.remove(object);
        }
      },
    };
  };
  const api: ManagerApi = {
    info: async () => ({
      version: '1',
      protocol: protocolVersions,
      auth: 'kubernetes',
      owner: undefined,
      now: new Date(),
      policy: undefined,
    }),
    listServices: () => Promise.reject(new Error('not asked for')),
    listIntercepts: () => Promise.reject(new Error('not asked for')),
    removeIntercepts: () => Promise.reject(new Error('not asked for')),
    renewIntercept: () => Promise.reject(new Error('not asked for')),
    explain: () => Promise.reject(new Error('not asked for')),
    listEvents: () => Promise.reject(new Error('not asked for')),
    followEvents: () => Promise.reject(new Error('not asked for')),
  };
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics };
  const server = stack.use(await openTunnelServer(deps, { accept, proof: 'key', api, listen: { host: '127.0.0.1', port: 0 } }));
  kubernetes.put(service('switchyard-manager', [{ name: 'api', port: 7480 }]));
  kubernetes.put(service('orders'));
  kubernetes.put(
    service('shop', [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]),
  );
  kubernetes.put(service('voice', [{ name: 'sip', port: 5060, protocol: 'UDP' }]));

  const cluster: TestCluster = {
    kubernetes,
    managerUrl: `http://127.0.0.1:${server.port}`,
    verdict: accepted,
    registered,
    live,
    object: (name) => kubernetes.get(intercepts, name),
    run: (argv, host = {}) => runInProcess(argv, { ...host, env: { KUBECONFIG: kubernetes.kubeconfig, ...host.env } }),
    start: (argv) =>
      startInProcess(argv, {
        env: { KUBECONFIG: kubernetes.kubeconfig, INTERCEPT_MANAGER: cluster.managerUrl, PATH: process.env['PATH'] },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  const reconcile = setInterval(() => {
    for (const object of kubernetes.list(intercepts))
      judge(kubernetes, object, [...cluster.verdict, toSession(live.has(object.metadata.name))]);
  }, 5);
  stack.defer(() => clearInterval(reconcile));
  return cluster;
}

function toSession(isLive: boolean): Verdict[number] {
  return isLive ? ['SessionReady', 'True', 'SessionReady'] : ['SessionReady', 'False', 'NoSession', 'No session is open.'];
}

function judge(kubernetes: FakeKubernetes, object: Intercept, verdict: Verdict): void {
  const conditions = verdict.map(([type, status, reason, message = '']): Condition<InterceptConditionType, InterceptReason> => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: routedSince,
  }));
  if (JSON.stringify(conditions) === JSON.stringify(object.status?.conditions)) return;
  kubernetes.put({ ...object, status: { ...object.status, conditions, routedSince } });
}

const ready = { type: 'SessionReady', status: 'True', reason: 'SessionReady', message: '', lastTransitionTime: routedSince } as const;

/** An intercept object as somebody else's command made it. */
export function foreignIntercept(name: string, owner: string, isReady: boolean): Intercept {
  const [serviceName = '', port = '', key = ''] = name.split('.');
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name },
    spec: {
      service: parseServiceName(serviceName),
      port,
      key: parseRoutingKey(key),
      owner: { user: owner },
      client: `${owner}s-laptop`,
      publicKey: 'b3RoZXI=',
    },
    ...(isReady
      ? {
          status: {
            conditions: [ready],
          },
        }
      : {}),
  };
}
