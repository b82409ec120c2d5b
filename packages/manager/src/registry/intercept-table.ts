import type { Clock, InterceptId, Timer } from '@switchyard/contract';
import type { Intercept } from './intercept.ts';

/** Something to do for an intercept when its time has come, unless the intercept changes before. */
export interface Due {
  readonly afterMs: number;
  readonly act: () => void;
}

interface Entry {
  readonly intercept: Intercept;
  readonly timers: readonly Timer[];
}

/** The live intercepts by id, each with what is due for it. Dispose stops all timers. */
export class InterceptTable implements Disposable {
  readonly #clock: Clock;
  readonly #entries: Map<InterceptId, Entry> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(id: InterceptId): Intercept | undefined {
    return this.#entries.get(id)?.intercept;
  }

  all(): readonly Intercept[] {
    return [...this.#entries.values()].map(({ intercept }) => intercept);
  }

  /** Puts `intercept` in the place of what has its id; what was due for that one is no more. */
  put(intercept: Intercept, dues: readonly Due[]): void {
    this.#stop(intercept.id);
    this.#entries.set(intercept.id, { intercept, timers: dues.map(({ afterMs, act }) => this.#clock.after(afterMs, act)) });
  }

  remove(id: InterceptId): void {
    this.#stop(id);
    this.#entries.delete(id);
  }

  [Symbol.dispose](): void {
    for (const id of this.#entries.keys()) this.#stop(id);
  }

  #stop(id: InterceptId): void {
    for (const timer of this.#entries.get(id)?.timers ?? []) timer.cancel();
  }
}
