import { randomBytes } from 'node:crypto';
import {
  InterceptError,
  toLimitValues,
  type Clock,
  type Dialer,
  type Log,
  type Metrics,
  type PortProtocol,
  type ServiceName,
  type Timer,
} from '@switchyard/contract';
import { FieldNames } from '@switchyard/http1';
import { createSnapshot, toVary, type Snapshot } from '@switchyard/route';
import { Counts } from './counts.ts';
import { hopHeader } from './http1/hops.ts';
import { routerLimits, type RouterLimits } from './limits.ts';
import type { PortContext, Routing } from './port-context.ts';
import { PortListener } from './port-listener.ts';
import { TargetUse } from './target-use.ts';

const sweepMs = 1_000;
const drainStepMs = 50;

/** What the router works with. */
export interface RouterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Opens connections to baselines and targets. */
  readonly dialer: Dialer;
}

/** One port of a service that the router serves. */
export interface RoutedPort {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly host: string;
  /** 0: any free port. */
  readonly listenPort: number;
  readonly protocol: PortProtocol;
  readonly baseline: { readonly host: string; readonly port: number };
}

/** The data plane: listens on the ports of services and decides each request by the newest snapshot. */
export interface Router extends AsyncDisposable {
  /** Begins to serve a port; returns the port number. Rejects with `port_in_use`, `bad_config`, or `bad_usage` for a port that is served. */
  listen(port: RoutedPort): Promise<number>;
  /** Swaps the routing table. Requests decided from now on see it, on open connections too. */
  update(snapshot: Snapshot): void;
  /** What people should know about a port's traffic; empty where there is nothing, or no such port. */
  notes(service: ServiceName, port: string): readonly string[];
  /**
   * Ends service in order: answers announce the end of their connection; accepting stops after `drainAcceptMs`, idle
   * connections end after `drainIdleMs`. Resolves when no connection is left or `graceMs` are over. Idempotent.
   */
  drain(graceMs: number): Promise<void>;
}

/** Opens a router that serves no port yet. It lives until it is disposed. */
export function openRouter(deps: RouterDeps, overrides: Partial<RouterLimits> = {}): Router {
  return new DataPlane(deps, toLimitValues(routerLimits, overrides));
}

class DataPlane implements Router {
  readonly #deps: RouterDeps;
  readonly #limits: RouterLimits;
  readonly #counts: Counts = new Counts();
  readonly #ports: Map<string, { context: Context; listener: PortListener }> = new Map();
  readonly #shared: Shared;
  #snapshot: Snapshot = createSnapshot([]);
  #routingNames: ReadonlySet<string> = toRoutingNames(this.#snapshot);
  #fieldNames: FieldNames = new FieldNames(this.#routingNames);
  #sweeper: Timer;
  #drained: Promise<void> | undefined;

  constructor(deps: RouterDeps, limits: RouterLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#shared = { coarseNow: deps.clock.now(), draining: false, requestPrefix: randomBytes(6).toString('hex'), requests: 0 };
    this.#counts.register(deps.metrics);
    this.#sweeper = deps.clock.after(sweepMs, () => this.#sweep());
  }

  async listen(port: RoutedPort): Promise<number> {
    const name = `${port.service}:${port.port}`;
    if (this.#ports.has(name)) throw new InterceptError('bad_usage', `The port ${port.port} of ${port.service} is listened to already.`);
    const context = new Context(this.#deps, this.#limits, this.#counts, this.#shared, port, this.#routingOf(port));
    const listener = await PortListener.open(context, port.protocol, { host: port.host, port: port.listenPort });
    // A snapshot may have come while the port was opened.
    context.routing = this.#routingOf(port);
    this.#ports.set(name, { context, listener });
    return listener.port;
  }

  update(snapshot: Snapshot): void {
    const known = this.#snapshot.fieldNames;
    if (known.size !== snapshot.fieldNames.size || [...known].some((name) => !snapshot.fieldNames.has(name))) {
      this.#routingNames = toRoutingNames(snapshot);
      this.#fieldNames = new FieldNames(this.#routingNames);
    }
    this.#snapshot = snapshot;
    for (const { context } of this.#ports.values()) context.routing = this.#routingOf(context);
  }

  notes(service: ServiceName, port: string): readonly string[] {
    return this.#ports.get(`${service}:${port}`)?.listener.notes ?? [];
  }

  drain(graceMs: number): Promise<void> {
    this.#drained ??= this.#drain(graceMs);
    return this.#drained;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweeper.cancel();
    await Promise.all([...this.#ports.values()].map(({ listener }) => listener.close()));
  }

  async #drain(graceMs: number): Promise<void> {
    const { clock } = this.#deps;
    this.#shared.draining = true;
    const began = clock.now();
    const listeners = [...this.#ports.values()].map(({ listener }) => listener);
    for (let passed = 0; passed < graceMs; passed = clock.now() - began) {
      if (passed >= this.#limits.drainAcceptMs) for (const listener of listeners) listener.stopAccepting();
      if (passed >= this.#limits.drainIdleMs) for (const listener of listeners) listener.finishIdle();
      if (listeners.every((listener) => listener.isDrained)) return;
      await new Promise<void>((resolve) => clock.after(Math.min(drainStepMs, graceMs - passed), resolve));
    }
    for (const listener of listeners) {
      listener.stopAccepting();
      listener.finishIdle();
    }
  }

  #routingOf(port: { service: ServiceName; port: string }): Routing {
    return {
      table: this.#snapshot.table(port.service, port.port),
      routingNames: this.#routingNames,
      fieldNames: this.#fieldNames,
      vary: toVary(this.#snapshot.fieldNames),
    };
  }

  #sweep(): void {
    const now = this.#deps.clock.now();
    this.#shared.coarseNow = now;
    for (const { listener } of this.#ports.values()) listener.sweep(now);
    this.#sweeper = this.#deps.clock.after(sweepMs, () => this.#sweep());
  }
}

function toRoutingNames({ fieldNames }: Snapshot): ReadonlySet<string> {
  return new Set([...fieldNames, hopHeader]);
}

/** What all ports share and the router alone changes. */
interface Shared {
  coarseNow: number;
  draining: boolean;
  readonly requestPrefix: string;
  requests: number;
}

class Context implements PortContext {
  readonly service: ServiceName;
  readonly port: string;
  readonly baseline: PortContext['baseline'];
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Counts;
  readonly dialer: Dialer;
  routing: Routing;
  readonly targetUse: TargetUse;
  readonly #shared: Shared;

  constructor(deps: RouterDeps, limits: RouterLimits, counts: Counts, shared: Shared, port: RoutedPort, routing: Routing) {
    this.service = port.service;
    this.port = port.port;
    this.baseline = { t: 'baseline', ...port.baseline };
    this.limits = limits;
    this.clock = deps.clock;
    this.log = deps.log.with({ service: port.service, port: port.port });
    this.counts = counts;
    this.dialer = deps.dialer;
    this.routing = routing;
    this.targetUse = new TargetUse(limits.connectionsPerIntercept);
    this.#shared = shared;
  }

  get draining(): boolean {
    return this.#shared.draining;
  }

  get coarseNow(): number {
    return this.#shared.coarseNow;
  }

  nextRequestId(): string {
    this.#shared.requests++;
    return `${this.#shared.requestPrefix}-${this.#shared.requests}`;
  }
}
