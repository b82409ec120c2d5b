import type { InterceptId } from '@switchyard/contract';

/** What passed through one intercept at this router. */
export interface Usage {
  readonly requests: number;
  /** From callers to the developer. */
  readonly bytesIn: number;
  /** From the developer to callers. */
  readonly bytesOut: number;
  /** When anything passed last: `Clock.now()`, a second late at most. */
  readonly lastMs: number;
}

/** What passed through intercepts at this router. */
export interface UsageReader {
  /** Undefined where nothing passed since it was forgotten. A copy: it does not grow. */
  usageOf(id: InterceptId): Usage | undefined;
  /** The intercept is over, and what passed was recorded. What passes later counts anew. */
  forget(id: InterceptId): void;
}

/** The figures of one intercept. Plain integers, so that counting costs an addition. */
export interface UsageCell extends Usage {
  requests: number;
  bytesIn: number;
  bytesOut: number;
  lastMs: number;
}

/** Counts what passes through each intercept, whatever becomes of the routing table meanwhile. */
export class UsageBook implements UsageReader {
  readonly #limit: number;
  readonly #cells: Map<InterceptId, UsageCell> = new Map();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where to count for the intercept `id`. Ask again for each request: it may have been forgotten. */
  cellOf(id: InterceptId): UsageCell {
    const known = this.#cells.get(id);
    if (known !== undefined) return known;
    const cell = { requests: 0, bytesIn: 0, bytesOut: 0, lastMs: 0 };
    this.#cells.set(id, cell);
    const [oldest] = this.#cells.keys();
    if (this.#cells.size > this.#limit && oldest !== undefined) this.#cells.delete(oldest);
    return cell;
  }

  usageOf(id: InterceptId): Usage | undefined {
    const cell = this.#cells.get(id);
    return cell && { ...cell };
  }

  forget(id: InterceptId): void {
    this.#cells.delete(id);
  }
}
