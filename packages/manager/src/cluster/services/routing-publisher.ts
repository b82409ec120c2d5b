import { isDeepStrictEqual } from 'node:util';
import type { ServiceName, SourceAddressForm } from '@switchyard/contract';
import type { Collection, Service } from '@switchyard/kube';
import { createSnapshot, type RouteOptions, type Rule, type Snapshot } from '@switchyard/route';
import type { Router } from '@switchyard/router';
import { readWishes } from '@switchyard/takeover';

type ServiceOptions = Required<Pick<RouteOptions, 'untrustedServices' | 'sourceAddresses'>>;

/** What the publisher works with. */
export interface RoutingPublisherDeps {
  readonly services: Collection<Service>;
  readonly update: Router['update'];
}

/**
 * Brings the router one snapshot of the rules and of what Services want, whenever either changes. The Service itself is asked and not its
 * RoutedService: a leader of another version, or whoever deletes that object, cannot make an untrusted edge trusted. Dispose stops that.
 */
export class RoutingPublisher implements Disposable {
  readonly #deps: RoutingPublisherDeps;
  readonly #routing: Pick<RouteOptions, 'aliases'>;
  readonly #stop: () => void;
  #snapshot: Snapshot;
  #rules: readonly Rule[] = [];
  #options: ServiceOptions;

  constructor(deps: RoutingPublisherDeps, routing: Pick<RouteOptions, 'aliases'>) {
    this.#deps = deps;
    this.#routing = routing;
    this.#options = toServiceOptions(deps.services.objects.values());
    this.#snapshot = createSnapshot([], routing);
    this.#stop = deps.services.onChange(() => this.follow());
  }

  /** What was published last. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Publishes other rules. */
  publish(rules: readonly Rule[]): void {
    this.#rules = rules;
    this.#options = toServiceOptions(this.#deps.services.objects.values());
    this.#update();
  }

  /** Publishes what Services want where that is something else by now. */
  follow(): void {
    const options = toServiceOptions(this.#deps.services.objects.values());
    if (isDeepStrictEqual(options, this.#options)) return;
    this.#options = options;
    this.#update();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #update(): void {
    this.#snapshot = createSnapshot(this.#rules, { ...this.#routing, ...this.#options });
    this.#deps.update(this.#snapshot);
  }
}

function toServiceOptions(services: Iterable<Service>): ServiceOptions {
  const untrustedServices = new Set<ServiceName>();
  const sourceAddresses = new Map<ServiceName, SourceAddressForm>();
  for (const service of services) {
    const { edge, sourceAddress } = readWishes(service);
    const name = service.metadata.name as ServiceName;
    if (edge === 'untrusted') untrustedServices.add(name);
    if (sourceAddress !== 'none') sourceAddresses.set(name, sourceAddress);
  }
  return { untrustedServices, sourceAddresses };
}
