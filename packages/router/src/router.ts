import { randomBytes } from 'node:crypto';
import {
  InterceptError,
  toLimitValues,
  type Clock,
  type Dialer,
  type Log,
  type Metrics,
  type ServiceName,
  type Timer,
} from '@switchyard/contract';
import type { Snapshot } from '@switchyard/route';
import { Counts } from './counts.ts';
import type { Baseline } from './baseline.ts';
import { elapse, toIdleMs } from './grace.ts';
import { routerLimits, type RouterLimits } from './limits.ts';
import type { Common } from './live-context.ts';
import { LiveRouting } from './live-routing.ts';
import type { OpenPort, Released, RoutedPort } from './routed-port.ts';
import { ServedPort } from './served-port.ts';
import { UsageBook, type UsageReader } from './usage-book.ts';

const sweepMs = 1_000;

/** What the router works with. */
export interface RouterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Opens connections to baselines and targets. */
  readonly dialer: Dialer;
}

/** The data plane: listens on the ports of services and decides each request by the newest snapshot. */
export interface Router extends AsyncDisposable {
  /** What passed through each intercept, on all ports. */
  readonly usage: UsageReader;
  /**
   * Begins to serve a port; returns the port number. One that is being released on the same number is taken back: it goes on with the
   * listener and the connections that it has, and with `protocol` and `baseline` for new ones.
   * A drain goes for it as for the others. Rejects with `port_in_use`; `bad_config`; `bad_usage` for a port that is served, or still
   * released on another number; or `draining`, once a drain has stopped accepting.
   */
  listen(port: RoutedPort): Promise<number>;
  /** The ports that are served, those that are being released among them. */
  ports(): readonly OpenPort[];
  /** Where the baseline of a port is from now on; connections to it that are open stay. Throws `bad_usage` where no such port is served. */
  setBaseline(service: ServiceName, port: string, baseline: Baseline): void;
  /** Swaps the routing table. Requests decided from now on see it, on open connections too. */
  update(snapshot: Snapshot): void;
  /** What people should know about a port's traffic; empty where there is nothing, or no such port. */
  notes(service: ServiceName, port: string): readonly string[];
  /**
   * Gives a port back in order. Answers announce the end of their connection; idle connections end after `drainIdleMs`, or `lingerMs`
   * before the grace is over. The port goes on accepting for `drainAcceptMs` and until no connection is left; upgraded and raw ones are let
   * be. What is left after `graceMs` is aborted. Resolves when nothing is left, at once where there is no such port, or when `listen` took
   * it back. Asked for again, it goes on as it was asked for first.
   */
  release(service: ServiceName, port: string, graceMs: number): Promise<Released>;
  /**
   * Ends service in order, of all ports and for good: answers announce the end of their connection; accepting stops after `drainAcceptMs`,
   * idle connections end as with `release`. Resolves when no connection is left or `graceMs` are over; what is left then goes on until the
   * router is disposed. A release that has begun goes on too. Idempotent.
   */
  drain(graceMs: number): Promise<void>;
}

/** Opens a router that serves no port yet. It lives until it is disposed. */
export function openRouter(deps: RouterDeps, overrides: Partial<RouterLimits> = {}): Router {
  return new DataPlane(deps, toLimitValues(routerLimits, overrides));
}

class DataPlane implements Router {
  readonly usage: UsageReader;
  readonly #clock: Clock;
  readonly #limits: RouterLimits;
  readonly #ports: Map<string, ServedPort> = new Map();
  readonly #common: Common & { coarseNow: number };
  readonly #routing: LiveRouting = new LiveRouting();
  readonly #disposed: AbortController = new AbortController();
  #sweeper: Timer;
  #drained: Promise<void> | undefined;
  /** Until a drain has let `drainAcceptMs` pass. */
  #isAccepting = true;

  constructor({ clock, log, metrics, dialer }: RouterDeps, limits: RouterLimits) {
    this.#clock = clock;
    this.#limits = limits;
    const counts = new Counts();
    counts.register(metrics);
    const usage = new UsageBook(limits.usedIntercepts);
    this.usage = usage;
    this.#common = { clock, log, dialer, limits, counts, usage, coarseNow: clock.now(), nextRequestId: createRequestIds() };
    this.#sweeper = clock.after(sweepMs, () => this.#sweep());
  }

  async listen(port: RoutedPort): Promise<number> {
    const name = toName(port.service, port.port);
    this.#expectAccepting();
    const present = this.#ports.get(name);
    if (present?.isReleasing === true) {
      expectSameNumber(present, port);
      if (present.takeBack(port)) {
        present.context.draining = this.#isDraining;
        return present.listener.port;
      }
      await present[Symbol.asyncDispose]();
      this.#forget(name, present);
    }
    this.#expectFree(name, port);
    const served = await ServedPort.open(this.#common, port, this.#routing.of(port));
    try {
      this.#expectAccepting();
      this.#expectFree(name, port);
    } catch (error) {
      await served[Symbol.asyncDispose]();
      throw error;
    }
    // A snapshot may have come while the port was opened, or a drain begun.
    served.context.routing = this.#routing.of(port);
    served.context.draining = this.#isDraining;
    this.#ports.set(name, served);
    return served.listener.port;
  }

  ports(): OpenPort[] {
    return [...this.#ports.values()].map(({ context: { service, port }, listener, isReleasing }) => ({
      service,
      port,
      listenPort: listener.port,
      releasing: isReleasing,
    }));
  }

  setBaseline(service: ServiceName, port: string, baseline: Baseline): void {
    const served = this.#ports.get(toName(service, port));
    if (served === undefined) throw new InterceptError('bad_usage', `The port ${port} of ${service} is not listened to.`);
    served.context.baseline = baseline;
  }

  update(snapshot: Snapshot): void {
    this.#routing.update(snapshot);
    for (const { context } of this.#ports.values()) context.routing = this.#routing.of(context);
  }

  notes(service: ServiceName, port: string): readonly string[] {
    return this.#ports.get(toName(service, port))?.listener.notes ?? [];
  }

  async release(service: ServiceName, port: string, graceMs: number): Promise<Released> {
    const name = toName(service, port);
    const served = this.#ports.get(name);
    if (served === undefined) return 'gone';
    const outcome = await served.release(graceMs);
    if (outcome === 'gone') this.#forget(name, served);
    return outcome;
  }

  drain(graceMs: number): Promise<void> {
    this.#drained ??= this.#drain(graceMs);
    return this.#drained;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweeper.cancel();
    this.#disposed.abort();
    await Promise.all([...this.#ports.values()].map((served) => served[Symbol.asyncDispose]()));
  }

  get #isDraining(): boolean {
    return this.#drained !== undefined;
  }

  async #drain(graceMs: number): Promise<void> {
    const idleMs = toIdleMs(this.#limits, graceMs);
    for (const { context } of this.#ports.values()) context.draining = true;
    for await (const passed of elapse(this.#clock, graceMs, this.#disposed.signal)) {
      if (passed >= this.#limits.drainAcceptMs) this.#stopAccepting();
      const listeners = [...this.#ports.values()].map(({ listener }) => listener);
      if (passed >= idleMs) for (const listener of listeners) listener.finishIdle();
      if (listeners.every((listener) => listener.isDrained)) return;
    }
    this.#stopAccepting();
    for (const { listener } of this.#ports.values()) listener.finishIdle();
  }

  #stopAccepting(): void {
    this.#isAccepting = false;
    for (const { listener } of this.#ports.values()) listener.stopAccepting();
  }

  #expectAccepting(): void {
    if (!this.#isAccepting || this.#disposed.signal.aborted) {
      throw new InterceptError('draining', 'The router is stopping and opens no further ports.');
    }
  }

  #expectFree(name: string, { service, port }: RoutedPort): void {
    if (this.#ports.has(name)) throw new InterceptError('bad_usage', `The port ${port} of ${service} is listened to already.`);
  }

  #forget(name: string, served: ServedPort): void {
    if (this.#ports.get(name) === served) this.#ports.delete(name);
  }

  #sweep(): void {
    const now = this.#clock.now();
    this.#common.coarseNow = now;
    for (const { listener } of this.#ports.values()) listener.sweep(now);
    this.#sweeper = this.#clock.after(sweepMs, () => this.#sweep());
  }
}

function toName(service: ServiceName, port: string): string {
  return `${service}:${port}`;
}

function expectSameNumber({ listener }: ServedPort, { service, port, listenPort }: RoutedPort): void {
  if (listenPort === 0 || listenPort === listener.port) return;
  throw new InterceptError('bad_usage', `The port ${port} of ${service} is still being released on ${listener.port}.`, {
    hint: 'Wait until it is released, or listen on the same number.',
  });
}

function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('hex');
  let requests = 0;
  return () => `${prefix}-${++requests}`;
}
