import type { Destination, KeyedTarget } from './destination.ts';

/** Tells targets apart. */
export function nameOf(target: KeyedTarget): string {
  return target.t === 'tunnel' ? `${target.session}/${target.intercept}` : `${target.host}:${target.port}/${target.intercept}`;
}

/**
 * Counts the connections that the clients of one port have to each developer's target, so that one who is stuck cannot take all
 * of the port's connections. The baseline is not counted.
 */
export class TargetUse {
  readonly #limit: number;
  readonly #used: Map<string, number> = new Map();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether `target` may have one more. */
  hasRoom(target: Destination): boolean {
    return target.t === 'baseline' || (this.#used.get(nameOf(target)) ?? 0) < this.#limit;
  }

  /** Counts one more; call what it returns once, when it is gone. */
  take(target: Destination): () => void {
    if (target.t === 'baseline') return nothing;
    const name = nameOf(target);
    this.#used.set(name, (this.#used.get(name) ?? 0) + 1);
    return () => this.#give(name);
  }

  #give(name: string): void {
    const left = (this.#used.get(name) ?? 1) - 1;
    if (left === 0) this.#used.delete(name);
    else this.#used.set(name, left);
  }
}

const nothing = (): void => {};
