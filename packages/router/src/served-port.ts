import { elapse, toIdleMs } from './grace.ts';
import { LiveContext, type Common } from './live-context.ts';
import type { Routing } from './port-context.ts';
import { PortListener } from './port-listener.ts';
import type { Released, RoutedPort } from './routed-port.ts';

/** How far a port is from its end. */
type Phase =
  | { readonly t: 'open' }
  | { readonly t: 'releasing'; readonly stop: AbortController; readonly outcome: Promise<Released> }
  /** Its listener is closed, or about to be. */
  | { readonly t: 'closed' };

/** One port that is served, from its opening until nothing of it is left. */
export class ServedPort {
  readonly context: LiveContext;
  readonly listener: PortListener;
  #phase: Phase = { t: 'open' };

  private constructor(context: LiveContext, listener: PortListener) {
    this.context = context;
    this.listener = listener;
  }

  /** Listens. Rejects as `PortListener.open` does. */
  static async open(common: Common, port: RoutedPort, routing: Routing): Promise<ServedPort> {
    const context = new LiveContext(common, port, routing);
    return new ServedPort(context, await PortListener.open(context, port.protocol, { host: port.host, port: port.listenPort }));
  }

  get isReleasing(): boolean {
    return this.#phase.t !== 'open';
  }

  /** Gives the port back in order, as `Router.release` says. Again: the same promise. */
  release(graceMs: number): Promise<Released> {
    if (this.#phase.t === 'closed') return this.#close();
    if (this.#phase.t === 'releasing') return this.#phase.outcome;
    const stop = new AbortController();
    this.context.draining = true;
    const outcome = this.#giveBack(graceMs, stop.signal);
    this.#phase = { t: 'releasing', stop, outcome };
    return outcome;
  }

  /** Serves a port that is being released again, for new connections as `port` says. False: it is too late. */
  takeBack({ protocol, baseline }: RoutedPort): boolean {
    if (this.#phase.t !== 'releasing') return false;
    this.#phase.stop.abort();
    this.#phase = { t: 'open' };
    this.context.draining = false;
    this.context.baseline = baseline;
    this.listener.protocol = protocol;
    return true;
  }

  /** Ends everything at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #giveBack(graceMs: number, stop: AbortSignal): Promise<Released> {
    const { limits, clock } = this.context;
    const idleMs = toIdleMs(limits, graceMs);
    for await (const passed of elapse(clock, graceMs, stop)) {
      if (passed >= idleMs) this.listener.finishIdle();
      if (passed >= limits.drainAcceptMs && this.listener.connections === 0) break;
    }
    return stop.aborted && this.#phase.t !== 'closed' ? 'taken_back' : this.#close();
  }

  async #close(): Promise<'gone'> {
    if (this.#phase.t === 'releasing') this.#phase.stop.abort();
    this.#phase = { t: 'closed' };
    await this.listener.close();
    return 'gone';
  }
}
