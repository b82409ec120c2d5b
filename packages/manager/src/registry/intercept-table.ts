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

/** The live intercepts by id, each with what is due for it, and those who wait for a change of one. Dispose stops all timers. */
export class InterceptTable implements Disposable {
  readonly #clock: Clock;
  readonly #entries: Map<InterceptId, Entry> = new Map();
  readonly #watchers: Map<InterceptId, Set<() => void>> = new Map();

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

  /** Tells those who watch `id`. */
  announce(id: InterceptId): void {
    for (const onChange of this.#watchers.get(id) ?? []) onChange();
  }

  /** Calls `onChange` on each `announce` of `id`. Returns how to stop that. */
  watch(id: InterceptId, onChange: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(onChange));
    return () => {
      watchers.delete(onChange);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  [Symbol.dispose](): void {
    for (const id of this.#entries.keys()) this.#stop(id);
  }

  #stop(id: InterceptId): void {
    for (const timer of this.#entries.get(id)?.timers ?? []) timer.cancel();
  }
}
