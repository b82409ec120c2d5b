import type { ServiceName } from '@switchyard/contract';
import type { Judgement } from './judge-intercepts.ts';

/** The Services whose traffic intercepts need at the router, and who wants to know. */
export class WantedServices {
  readonly #listeners: Set<() => void> = new Set();
  #services: ReadonlySet<ServiceName> = new Set();

  /** Another set after each change. */
  get services(): ReadonlySet<ServiceName> {
    return this.#services;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  follow(judgements: readonly Judgement[]): void {
    const services = new Set(judgements.filter(({ acceptance }) => acceptance.holds).map(({ claim }) => claim.service));
    if (services.size === this.#services.size && [...services].every((service) => this.#services.has(service))) return;
    this.#services = services;
    for (const listener of this.#listeners) listener();
  }
}
