import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  parseRoutingKey,
  parseServiceName,
  silentLog,
  silentMetrics,
  toInterceptId,
  type Dialer,
  type Metrics,
  type PortProtocol,
} from '@switchyard/contract';
import type { Rule } from '@switchyard/route';
import { createFakeClock, until, type FakeClock } from '@switchyard/testkit';
import type { Baseline } from '../src/baseline.ts';
import { dialSocket } from '../src/dial/dial-socket.ts';
import type { RouterLimits } from '../src/limits.ts';
import type { RoutedPort } from '../src/routed-port.ts';
import { openRouter, type Router } from '../src/router.ts';

/** The service of all scenes. */
export const service: Rule['service'] = parseServiceName('orders');
/** Its port. */
export const port = 'main';

/** A request that `alice` answers while there is a rule for her. */
export const request = 'GET / HTTP/1.1\r\nHost: orders\r\nX-Intercept-Id: alice\r\n\r\n';

/** A router with one port before a baseline, on a clock that stands still. */
export interface Scene extends AsyncDisposable {
  readonly router: Router;
  readonly clock: FakeClock;
  readonly listenPort: number;
  /** What the gauge says. */
  readonly openConnections: number;
}

/** Opens a scene. `baseline`: a port of this machine, or what the router is to be told. */
export async function openScene(protocol: PortProtocol, baseline: number | Baseline, limits: Partial<RouterLimits> = {}): Promise<Scene> {
  const clock = createFakeClock();
  const dialer: Dialer = {
    dial: (target, signal) => {
      if (target.t === 'tunnel') throw new Error('there is no tunnel here');
      return dialSocket(target, { clock, timeoutMs: 60_000, signal });
    },
  };
  let readOpenConnections = (): number => 0;
  const metrics: Metrics = {
    ...silentMetrics,
    gauge: (_options, read) => {
      readOpenConnections = read;
    },
  };
  const router = openRouter({ clock, log: silentLog, metrics, dialer }, limits);
  const listenPort = await router.listen(createPort({ protocol, baseline: toBaseline(baseline) }));
  return {
    router,
    clock,
    listenPort,
    get openConnections() {
      return readOpenConnections();
    },
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
}

/** The port of the service, at any free number where `changes` do not say so. */
export function createPort(changes: Partial<RoutedPort>): RoutedPort {
  return { service, port, host: '127.0.0.1', listenPort: 0, protocol: 'http', baseline: toBaseline(1), ...changes };
}

/** `baseline` as the router wants it. */
export function toBaseline(baseline: number | Baseline): Baseline {
  return typeof baseline === 'number' ? { host: '127.0.0.1', port: baseline } : baseline;
}

/** Leads `key` to a port of this machine. */
export function createRule(key: string, targetPort: number): Rule {
  const routingKey = parseRoutingKey(key);
  const id = toInterceptId(service, port, routingKey);
  const target = { t: 'direct', host: '127.0.0.1', port: targetPort, intercept: id } as const;
  return {
    id,
    service,
    port,
    key: routingKey,
    match: [],
    owner: key,
    createdAt: 1,
    whenAway: 'fail',
    target,
  };
}

/** A server that greets its clients with `greeting`, and nothing else: it never ends a connection by itself. */
export async function openSilentServer(greeting: string): Promise<{ port: number; connections(): Promise<number> } & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
    socket.write(greeting);
  });
  const sockets: { destroy(): void }[] = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Moves time by steps until `condition` holds. */
export async function passUntil(clock: FakeClock, condition: () => boolean): Promise<void> {
  await until(() => {
    clock.advance(500);
    return condition();
  });
}

/** Moves time on by `ms`, in steps that sockets and promises can follow. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    clock.advance(Math.min(500, end - clock.now()));
    await new Promise(setImmediate);
  }
}
