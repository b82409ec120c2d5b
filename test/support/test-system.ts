import { parseRoutingKey, silentLog, toLimitValues, type Match, type WhenAway } from '@switchyard/contract';
import { openAgent, type Agent, type AgentEvent } from '@switchyard/agent';
import { managerLimits, openManager, type Manager, type ManagerConfig, type ManagerLimits } from '@switchyard/manager';
import { createMetrics, createSystemClock } from '@switchyard/runtime';
import type { Access } from '@switchyard/tunnel';
import { openStrictOrigin, plainSpec, type StrictOrigin, type StrictOriginOptions } from '@switchyard/testkit';
import { orders } from './test-router.ts';

/** A developer: an agent, and the local process that it delivers to. */
export interface Developer extends AsyncDisposable {
  readonly agent: Agent;
  readonly origin: StrictOrigin;
  readonly events: readonly AgentEvent[];
}

/** How one developer joins. */
export interface DeveloperOptions {
  readonly key: string;
  /** What a request must show beside the key. Default: nothing. */
  readonly match?: Match;
  /** Whether `match` alone decides; the key then only names the developer. */
  readonly keyless?: boolean;
  readonly behaviour?: Omit<StrictOriginOptions, 'name'>;
  readonly whenAway?: WhenAway;
  /** The way to the manager. Default: straight to its port. */
  readonly reach?: { readonly url: URL; readonly access: Access };
  /** Default: an origin of its own, called by the key. */
  readonly deliverPort?: number;
}

/** Opens a local process and an agent that intercepts `orders` for it at the manager on `apiPort`. */
export async function openDeveloper(apiPort: number, options: DeveloperOptions): Promise<Developer> {
  await using scope = new AsyncDisposableStack();
  const { key } = options;
  const origin = scope.use(await openStrictOrigin({ ...options.behaviour, name: key }));
  const events: AgentEvent[] = [];
  const spec = {
    ...plainSpec,
    service: orders,
    key: options.keyless === true ? undefined : parseRoutingKey(key),
    match: options.match ?? [],
    whenAway: options.whenAway ?? 'fail',
  };
  const agent = await openAgent(
    { clock: createSystemClock(), log: silentLog },
    {
      url: options.reach?.url ?? new URL(`http://127.0.0.1:${apiPort}`),
      access: options.reach?.access,
      owner: key,
      client: `${key}s-laptop`,
      token: undefined,
      intercepts: [{ spec, deliver: { host: '127.0.0.1', port: options.deliverPort ?? origin.port } }],
      onEvent: (event) => void events.push(event),
      signal: AbortSignal.timeout(10_000),
    },
  );
  scope.use(agent);
  const owned = scope.move();
  return { agent, origin, events, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A manager with one service `orders`, its baseline, and a developer per key, all in this process. */
export interface TestSystem extends AsyncDisposable {
  readonly manager: Manager;
  /** Where callers reach `orders`. */
  readonly port: number;
  readonly baseline: StrictOrigin;
  readonly developers: readonly Developer[];
}

/** What differs from test to test. */
export interface TestSystemOptions {
  readonly keys: readonly string[];
  readonly baseline?: Omit<StrictOriginOptions, 'name'>;
  /** How the developers' processes behave. */
  readonly keyed?: Omit<StrictOriginOptions, 'name'>;
  readonly limits?: Partial<ManagerLimits>;
  readonly policy?: ManagerConfig['policy'];
  readonly auth?: ManagerConfig['auth'];
  /** Names that its API answers to. */
  readonly hosts?: readonly string[];
}

/** The configuration of a manager of `orders`; ports that are 0 are chosen freely. */
function createManagerConfig(
  baselinePort: number,
  { limits = {}, policy, auth, hosts = [] }: Omit<TestSystemOptions, 'keys'>,
): ManagerConfig {
  const loopback = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
  return {
    listen: loopback(0),
    health: loopback(0),
    tls: undefined,
    auth: auth ?? { mode: 'none' },
    api: { hosts },
    routing: { aliases: [] },
    policy: policy ?? { keyless: false, percent: false },
    audit: { stdout: false },
    limits: toLimitValues(managerLimits, limits),
    services: [
      {
        name: orders,
        entry: false,
        edge: 'trusted',
        sourceAddress: 'none',
        ports: [{ name: 'http', listen: loopback(0), origin: loopback(baselinePort), protocol: 'auto' }],
      },
    ],
  };
}

/** Opens the whole system. */
export async function openTestSystem(options: TestSystemOptions): Promise<TestSystem> {
  await using scope = new AsyncDisposableStack();
  const baseline = scope.use(await openStrictOrigin({ ...options.baseline, name: 'baseline' }));
  const deps = { clock: createSystemClock(), log: silentLog, metrics: createMetrics() };
  const manager = scope.use(await openManager(createManagerConfig(baseline.port, options), deps));
  const behaviour = options.keyed ?? {};
  const developers = await Promise.all(
    options.keys.map(async (key) => scope.use(await openDeveloper(manager.apiPort, { key, behaviour }))),
  );
  const owned = scope.move();
  return { manager, port: manager.ports('orders', 'http'), baseline, developers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
