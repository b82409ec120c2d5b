import { InterceptError, type Clock, type Log, type PortProtocol, type ServiceName, type Timer } from '@switchyard/contract';
import type { Baseline, Router } from '@switchyard/router';

/** A port that this router should serve. */
export interface WantedPort {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly routerPort: number;
  readonly protocol: PortProtocol;
  /** Undefined: not known yet. */
  readonly baseline: Baseline | undefined;
}

/** What the port works with. */
export interface OpenPortDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly router: Pick<Router, 'listen' | 'setBaseline' | 'release'>;
  /** The address to listen at. */
  readonly host: string;
  readonly bindRetryMs: number;
  readonly releaseGraceMs: number;
  /** Called after each change of `state`. */
  readonly onChange: () => void;
}

type State =
  | { readonly t: 'closed' }
  | { readonly t: 'opening' }
  | { readonly t: 'open'; readonly served: WantedPort }
  /** Accepts for a while still, and lets connections come to their end. */
  | { readonly t: 'releasing'; readonly served: WantedPort }
  | { readonly t: 'failed'; readonly message: string; readonly retry: Timer };

/**
 * One port of a service at this router: brought to what is wanted, one step at a time. Dispose only stops its timer: the router closes its
 * ports.
 */
export class OpenPort implements Disposable {
  readonly #deps: OpenPortDeps;
  #wanted: WantedPort | undefined;
  #state: State = { t: 'closed' };
  #disposed = false;

  constructor(deps: OpenPortDeps) {
    this.#deps = deps;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** Whether it listens for `routerPort` and is not on its way to its end. */
  isOpenFor(routerPort: number): boolean {
    return this.#state.t === 'open' && this.#state.served.routerPort === routerPort;
  }

  /** The service that it is open for, whether wanted or not. */
  get served(): WantedPort | undefined {
    return 'served' in this.#state ? this.#state.served : undefined;
  }

  /** Whether requests that come would have somewhere to go. */
  get isServing(): boolean {
    return this.#state.t === 'open' && this.#state.served.baseline !== undefined;
  }

  /** Says what it should be: open as `wanted`, or closed. Idempotent. */
  want(wanted: WantedPort | undefined): void {
    this.#wanted = wanted;
    this.#step();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    if (this.#state.t === 'failed') this.#state.retry.cancel();
  }

  #step(): void {
    if (this.#disposed) return;
    const wanted = this.#wanted;
    switch (this.#state.t) {
      case 'closed':
        if (wanted !== undefined) void this.#open(wanted);
        return;
      case 'open':
        if (wanted === undefined || wanted.routerPort !== this.#state.served.routerPort) void this.#release(this.#state.served);
        else this.#serve(wanted, this.#state.served);
        return;
      case 'releasing':
        // The router takes a port back that it has not closed yet.
        if (wanted?.routerPort === this.#state.served.routerPort) void this.#open(wanted);
        return;
      case 'failed':
        if (wanted !== undefined) return;
        this.#state.retry.cancel();
        this.#become({ t: 'closed' });
        return;
      case 'opening':
    }
  }

  async #open(wanted: WantedPort): Promise<void> {
    const { clock, log, router, host, bindRetryMs } = this.#deps;
    const { service, port, routerPort, protocol, baseline } = wanted;
    this.#become({ t: 'opening' });
    try {
      await router.listen({ service, port, host, listenPort: routerPort, protocol, baseline: baseline ?? nowhere });
      log.info('port_opened', { service, port, routerPort });
      this.#become({ t: 'open', served: wanted });
    } catch (reason) {
      // Opened for nothing any more: a retry would outlive its owner.
      if (this.#disposed) return;
      const { message } = InterceptError.from(reason);
      log.warn('port_unavailable', { service, port, routerPort }, reason);
      const retry = clock.after(bindRetryMs, () => this.#become({ t: 'closed' }));
      this.#become({ t: 'failed', message, retry });
    }
  }

  async #release(served: WantedPort): Promise<void> {
    const { log, router, releaseGraceMs } = this.#deps;
    const { service, port, routerPort } = served;
    const releasing: State = { t: 'releasing', served };
    this.#become(releasing);
    try {
      await router.release(service, port, releaseGraceMs);
    } catch (reason) {
      log.error('port_not_released', { service, port, routerPort }, reason);
    }
    if (this.#state !== releasing) return;
    log.info('port_closed', { service, port, routerPort });
    this.#become({ t: 'closed' });
  }

  #serve(wanted: WantedPort, served: WantedPort): void {
    const { service, port, baseline } = wanted;
    if (baseline === undefined || isSameBaseline(baseline, served.baseline)) return;
    this.#deps.router.setBaseline(service, port, baseline);
    this.#become({ t: 'open', served: wanted });
  }

  #become(state: State): void {
    this.#state = state;
    this.#step();
    this.#deps.onChange();
  }
}

/** Nobody is sent here before there is a baseline. */
const nowhere = (): undefined => undefined;

function isSameBaseline(left: Baseline, right: Baseline | undefined): boolean {
  if (typeof left === 'function' || typeof right === 'function') return left === right;
  return left.host === right?.host && left.port === right.port;
}
