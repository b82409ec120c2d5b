import type { InterceptId } from '@switchyard/contract';

/** Those who wait for a change of an intercept. */
export class Watchers {
  readonly #watchers: Map<InterceptId, Set<() => void>> = new Map();

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
}
