import {
  silentLog,
  silentMetrics,
  toInterceptId,
  parseRoutingKey,
  parseServiceName,
  type Clock,
  type Dialer,
  type PortProtocol,
} from '@switchyard/contract';
import { createSnapshot, type Rule, type Snapshot } from '@switchyard/route';
import { dialSocket, openRouter, type Router, type RouterLimits } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';
import { openStrictOrigin, type StrictOrigin, type StrictOriginOptions } from '@switchyard/testkit';

/** A router on a free port with one service `orders`, a baseline, and one origin per key. */
export interface TestRouter<Side extends string = string> extends AsyncDisposable {
  readonly router: Router;
  readonly port: number;
  readonly origins: Readonly<Record<Side, StrictOrigin>>;
  /** Forgets what reached the origins. */
  clear(): void;
}

/** What differs from test to test. */
export interface TestRouterOptions<Key extends string> {
  /** Each is routed to an origin of its own, over a direct target. */
  readonly keys: readonly Key[];
  readonly baseline?: Omit<StrictOriginOptions, 'name'>;
  /** How the origins behind the keys behave. */
  readonly keyed?: Omit<StrictOriginOptions, 'name'>;
  readonly limits?: Partial<RouterLimits>;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: `createTestDialer`. */
  readonly dialer?: Dialer;
  /** Default `http`: nothing is taken for another protocol. */
  readonly protocol?: PortProtocol;
}

/** The service of all tests here. */
export const orders: Rule['service'] = parseServiceName('orders');

/** A dialer that opens TCP connections to baselines and direct targets. */
export function createTestDialer(clock: Clock): Dialer {
  return {
    dial: (target, signal) => {
      if (target.t === 'tunnel') throw new Error('this test has no tunnel');
      return dialSocket(target, { clock, timeoutMs: 2000, signal });
    },
  };
}

/** A rule that sends `key` to `port` of this machine. */
export function createDirectRule(key: string, port: number): Rule {
  const routingKey = parseRoutingKey(key);
  const id = toInterceptId(orders, 'http', routingKey);
  return {
    id,
    service: orders,
    port: 'http',
    key: routingKey,
    match: [],
    owner: key,
    createdAt: 1,
    whenAway: 'fail',
    target: { t: 'direct', host: '127.0.0.1', port, intercept: id },
  };
}

/** A snapshot of direct rules. */
export function createDirectSnapshot(ports: Readonly<Record<string, number>>): Snapshot {
  return createSnapshot(Object.entries(ports).map(([key, port]) => createDirectRule(key, port)));
}

/** Opens origins and a router in front of them. */
export async function openTestRouter<Key extends string>(options: TestRouterOptions<Key>): Promise<TestRouter<Key | 'baseline'>> {
  await using scope = new AsyncDisposableStack();
  const clock = options.clock ?? createSystemClock();
  const sides: readonly (Key | 'baseline')[] = ['baseline', ...options.keys];
  const opened = await Promise.all(
    sides.map(async (name) => {
      const behaviour = name === 'baseline' ? options.baseline : options.keyed;
      return [name, scope.use(await openStrictOrigin({ ...behaviour, name }))] as const;
    }),
  );
  const origins = Object.fromEntries(opened) as Record<Key | 'baseline', StrictOrigin>;
  const deps = { clock, log: silentLog, metrics: silentMetrics, dialer: options.dialer ?? createTestDialer(clock) };
  const router = scope.use(openRouter(deps, options.limits ?? {}));
  const { baseline, ...keyed } = Object.fromEntries(opened.map(([name, origin]) => [name, origin.port]));
  if (baseline === undefined) throw new Error('there is no baseline');
  router.update(createDirectSnapshot(keyed));
  const port = await router.listen({
    service: orders,
    port: 'http',
    host: '127.0.0.1',
    listenPort: 0,
    protocol: options.protocol ?? 'http',
    baseline: { host: '127.0.0.1', port: baseline },
  });
  const owned = scope.move();
  return {
    router,
    port,
    origins,
    clear() {
      for (const [, origin] of opened) origin.clear();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
