import { InterceptError, type Clock, type Log, type Timer } from '@switchyard/contract';
import { createBackoff, type Backoff } from '@switchyard/runtime';
import { serviceLimits } from '../../limits.ts';
import type { Observation, Step } from './observation.ts';

/** What a worker works with. */
export interface ServiceWorkerDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether this process may write now. */
  readonly isLeading: () => boolean;
  readonly observe: (name: string) => Observation;
  readonly decide: (observation: Observation) => Step;
  readonly act: (name: string, step: Step, observation: Observation) => Promise<void>;
  /** Tells people that the service cannot be brought further. */
  readonly tellFailure: (name: string, error: InterceptError) => Promise<void>;
}

/**
 * Brings one service to where it should be: one step after the other, each on what is seen then, until there is nothing to do. After a
 * failure it waits, longer each time. Dispose stops it behind the step that is under way.
 */
export class ServiceWorker implements Disposable {
  readonly #deps: ServiceWorkerDeps;
  readonly #name: string;
  readonly #backoff: Backoff;
  #state: 'idle' | 'busy' | 'waiting' | 'disposed' = 'idle';
  /** Something changed while it was busy. */
  #isDirty = false;
  #timer: Timer | undefined;

  constructor(name: string, deps: ServiceWorkerDeps) {
    this.#deps = deps;
    this.#name = name;
    this.#backoff = createBackoff({ firstMs: serviceLimits.firstRetryMs.value, maxMs: serviceLimits.mostRetryMs.value });
  }

  /** Whether nothing is under way and no time is waited for. */
  get isIdle(): boolean {
    return this.#state === 'idle' && this.#timer === undefined;
  }

  /** Something may have changed. A wait after a failure is not shortened by it. */
  poke(): void {
    if (this.#state === 'busy') this.#isDirty = true;
    if (this.#state === 'idle') void this.#run();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#state = 'disposed';
  }

  async #run(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = 'busy';
    this.#isDirty = false;
    try {
      const wakeMs = await this.#pass();
      if (this.#isDisposed) return;
      this.#backoff.reset();
      this.#state = 'idle';
      if (this.#isDirty) this.poke();
      else if (wakeMs !== undefined) this.#timer = this.#deps.clock.after(wakeMs, () => this.poke());
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (!this.#isDisposed) await this.#fail(error);
    }
  }

  /** Takes steps until there is none. Returns after which time to look again. */
  async #pass(): Promise<number | undefined> {
    const { observe, decide, act, log, isLeading } = this.#deps;
    for (let steps = 0; isLeading() && !this.#isDisposed; steps++) {
      const observation = observe(this.#name);
      const step = decide(observation);
      if (step.t === 'rest') return step.wakeMs;
      if (steps === serviceLimits.stepsPerPass.value) {
        throw new InterceptError(
          'cluster_conflict',
          `The service ${this.#name} does not come to rest: somebody else undoes what is written.`,
        );
      }
      log.debug('service_step', { service: this.#name, step: step.t });
      await act(this.#name, step, observation);
      // The watch tells of the end of an object; until then it would only be deleted again.
      if (step.t === 'delete-shadow' || step.t === 'delete-routed-service') return serviceLimits.firstRetryMs.value;
    }
    return undefined;
  }

  async #fail(error: InterceptError): Promise<void> {
    const { clock, log, tellFailure } = this.#deps;
    const waitMs = this.#backoff.next();
    const level = error.code === 'cluster_conflict' ? 'debug' : 'warn';
    log[level]('service_step_failed', { service: this.#name, code: error.code, waitMs: Math.round(waitMs), reason: error.message });
    if (error.code !== 'cluster_conflict') await tellFailure(this.#name, error);
    if (this.#isDisposed) return;
    this.#state = 'waiting';
    this.#timer = clock.after(waitMs, () => void this.#run());
  }

  get #isDisposed(): boolean {
    return this.#state === 'disposed';
  }
}
