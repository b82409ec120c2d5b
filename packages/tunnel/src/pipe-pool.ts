import { InterceptError, type Clock } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import type { TunnelLimits } from './limits.ts';

interface Waiter<Idle> {
  resolve(idle: Idle): void;
  reject(error: InterceptError): void;
}

/** What a pool needs of its session. */
export interface PipePoolActions {
  /** Asks the agent for `count` more pipes. */
  askFor(count: number): void;
}

/**
 * The idle pipes of one session at the manager's end, and who waits for one. A dry pool asks the agent for as many as there are waiters.
 */
export class PipePool<Idle> {
  readonly #clock: Clock;
  readonly #limits: TunnelLimits;
  readonly #actions: PipePoolActions;
  readonly #idle = new Set<Idle>();
  readonly #waiters = new Set<Waiter<Idle>>();
  /** Pipes asked for that have not come yet. */
  #askedFor = 0;
  #asking = false;
  #closed: InterceptError | undefined;

  constructor(clock: Clock, limits: TunnelLimits, actions: PipePoolActions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#actions = actions;
  }

  get idleCount(): number {
    return this.#idle.size;
  }

  /**
   * Takes an idle pipe, at once where there is one. `carrying` is how many pipes are in use. Rejects with `limit_reached`, `canceled` or
   * why the pool was closed.
   */
  async take(carrying: number, signal: AbortSignal): Promise<Idle> {
    if (this.#closed !== undefined) throw this.#closed;
    if (signal.aborted) throw toAbortError(signal);
    for (const idle of this.#idle) {
      this.#idle.delete(idle);
      return idle;
    }
    if (carrying + this.#waiters.size >= this.#limits.maxPipesPerSession) {
      throw new InterceptError('limit_reached', `The developer's session already carries ${this.#limits.maxPipesPerSession} connections.`, {
        hint: 'Try again when some of them are done.',
      });
    }
    return this.#wait(signal);
  }

  /** An idle pipe came: it goes to who waits longest. */
  put(idle: Idle): void {
    this.#askedFor = Math.max(0, this.#askedFor - 1);
    for (const waiter of this.#waiters) {
      waiter.resolve(idle);
      return;
    }
    this.#idle.add(idle);
  }

  /** An idle pipe is gone. */
  remove(idle: Idle): void {
    this.#idle.delete(idle);
  }

  /** Rejects everybody who waits or comes. */
  close(error: InterceptError): void {
    this.#closed = error;
    this.#idle.clear();
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #wait(signal: AbortSignal): Promise<Idle> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<Idle> = {
        resolve(idle) {
          leave();
          resolve(idle);
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => waiter.reject(toAbortError(signal));
      const timer = this.#clock.after(this.#limits.openPipeMs, () => this.#onTimeout(waiter));
      signal.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
      this.#ask();
    });
  }

  #onTimeout(waiter: Waiter<Idle>): void {
    // What did not come by now is asked for anew by the next who waits.
    this.#askedFor = 0;
    waiter.reject(
      new InterceptError(
        'limit_reached',
        `The developer's session opened no further connection within ${this.#limits.openPipeMs / 1000} s.`,
        {
          hint: 'Its network or machine may be overloaded; try again.',
        },
      ),
    );
  }

  /** Asks once for all who began to wait in this turn. */
  #ask(): void {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      const missing = this.#waiters.size - this.#askedFor;
      if (missing <= 0 || this.#closed !== undefined) return;
      this.#askedFor += missing;
      this.#actions.askFor(missing);
    });
  }
}
