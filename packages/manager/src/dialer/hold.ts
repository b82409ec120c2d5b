import { InterceptError, type Clock, type InterceptId } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import type { InterceptSource } from '../registry/ports.ts';

/** What a hold stands on. */
export interface HoldDeps {
  readonly clock: Clock;
  readonly intercepts: Pick<InterceptSource, 'watch'>;
}

/** Connections that wait for an intercept's session to come back. Bounded in number and time. */
export class Hold {
  readonly #deps: HoldDeps;
  readonly #heldPerIntercept: number;
  readonly #held: Map<InterceptId, number> = new Map();

  constructor(deps: HoldDeps, { heldPerIntercept }: { readonly heldPerIntercept: number }) {
    this.#deps = deps;
    this.#heldPerIntercept = heldPerIntercept;
  }

  /** How many connections wait now, for all intercepts. */
  get count(): number {
    return this.#held.values().reduce((sum, held) => sum + held, 0);
  }

  /**
   * Waits until something happens to the intercept `id`, at most `leftMs`. Rejects with `limit_reached` where too many wait for it already,
   * and with the signal's reason.
   */
  async wait(id: InterceptId, leftMs: number, signal: AbortSignal): Promise<void> {
    const held = this.#held.get(id) ?? 0;
    if (held >= this.#heldPerIntercept) {
      throw new InterceptError('limit_reached', `${held} connections wait for the intercept ${id} already, and no more are held.`);
    }
    this.#held.set(id, held + 1);
    try {
      await this.#untilChange(id, leftMs, signal);
    } finally {
      const rest = (this.#held.get(id) ?? 1) - 1;
      if (rest === 0) this.#held.delete(id);
      else this.#held.set(id, rest);
    }
  }

  async #untilChange(id: InterceptId, leftMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(toAbortError(signal));
    const timer = this.#deps.clock.after(leftMs, resolve);
    const stopWatching = this.#deps.intercepts.watch(id, resolve);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      await promise;
    } finally {
      timer.cancel();
      stopWatching();
      signal.removeEventListener('abort', onAbort);
    }
  }
}
