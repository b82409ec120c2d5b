import type { Clock, Log } from '@switchyard/contract';
import type { Collection, EndpointSlice, RoutedService, Service } from '@switchyard/kube';
import { pickByClient, type Baseline, type Router } from '@switchyard/router';
import { endpointsOf, slicesOf } from './endpoints.ts';
import { OpenPort, type WantedPort } from './open-port.ts';
import type { PortsState, RouterReports } from './router-reports.ts';
import { leadsToPort, toWantedPorts } from './wanted-ports.ts';

/** What the port opener works with. The collections are synced. */
export interface PortOpenerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly router: Pick<Router, 'listen' | 'setBaseline' | 'release'>;
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly endpointSlices: Collection<EndpointSlice>;
}

/** How the port opener works. */
export interface PortOpenerOptions {
  /** The address that router ports are listened to at. */
  readonly host: string;
  readonly bindRetryMs: number;
  readonly releaseGraceMs: number;
}

/**
 * Lets this process's router serve the ports of all routed services, and release them in order when a service is given back. Every
 * manager has one, whether it leads or not. Dispose stops following changes; the router's ports stay as they are.
 */
export class PortOpener implements RouterReports, Disposable {
  readonly #deps: PortOpenerDeps;
  readonly #options: PortOpenerOptions;
  readonly #ports: Map<string, OpenPort> = new Map();
  readonly #byClient: Map<string, Baseline> = new Map();
  readonly #listeners: Set<() => void> = new Set();
  readonly #stops: readonly (() => void)[];

  constructor(deps: PortOpenerDeps, options: PortOpenerOptions) {
    this.#deps = deps;
    this.#options = options;
    const onChange = (): void => this.#sync();
    this.#stops = [deps.services.onChange(onChange), deps.routedServices.onChange(onChange)];
    this.#sync();
  }

  stateOf(routed: RoutedService): PortsState {
    const ports = routed.spec.ports.map(({ name, routerPort }) => ({
      name,
      routerPort,
      port: this.#ports.get(keyOf(routed.metadata.name, name)),
    }));
    for (const { port } of ports) if (port?.state.t === 'failed') return port.state;
    if (!ports.every(({ port, routerPort }) => port?.isOpenFor(routerPort))) return { t: 'opening' };
    return { t: ports.every(({ port }) => port?.isServing) ? 'serving' : 'listening' };
  }

  isReleased(service: string): boolean {
    return this.#ports.values().every((port) => port.served?.service !== service);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * A service whose traffic may come here, and whose ports are not open yet; undefined where there is none. One that cannot be opened fails
   * alone.
   */
  get unopened(): string | undefined {
    const routed = this.#deps.routedServices.objects.values().filter(({ status }) => status?.phase === 'Routed');
    return routed.find((service) => this.stateOf(service).t === 'opening')?.metadata.name;
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    for (const port of this.#ports.values()) port[Symbol.dispose]();
  }

  #sync(): void {
    const wanted = new Map(this.#listWanted().map((port) => [keyOf(port.service, port.port), port]));
    for (const [key, port] of this.#ports) {
      if (wanted.has(key) || this.#isStillDialled(port)) continue;
      port.want(undefined);
      this.#byClient.delete(key);
      if (port.state.t === 'closed') this.#ports.delete(key);
    }
    for (const [key, port] of wanted) this.#portOf(key).want(port);
  }

  /** Its `RoutedService` is gone, but its Service points here still: whoever deleted the former may not take the traffic with it. */
  #isStillDialled({ served }: OpenPort): boolean {
    if (served === undefined) return false;
    const { services, routedServices } = this.#deps;
    return routedServices.get(served.service) === undefined && leadsToPort(services.get(served.service), served);
  }

  #listWanted(): readonly WantedPort[] {
    const { services, routedServices } = this.#deps;
    return [...routedServices.objects.values()].flatMap((routed) =>
      toWantedPorts(routed, services.get(routed.metadata.name)).map((port) => ({ ...port, baseline: this.#baselineOf(routed, port.port) })),
    );
  }

  #baselineOf({ metadata, spec }: RoutedService, portName: string): Baseline | undefined {
    const host = this.#deps.services.get(spec.shadow)?.spec.clusterIP;
    const port = spec.ports.find(({ name }) => name === portName)?.port;
    if (host === undefined || port === undefined) return undefined;
    return spec.clientAffinity === true ? this.#affinityOf(metadata.name, portName, spec.shadow) : { host, port };
  }

  /** The same function each time, so that a change of endpoints changes nothing here. */
  #affinityOf(service: string, portName: string, shadow: string): Baseline {
    const key = keyOf(service, portName);
    const { endpointSlices, services } = this.#deps;
    const found = this.#byClient.get(key);
    if (found !== undefined) return found;
    const pick = (client: string) => {
      const ports = services.get(shadow)?.spec.ports ?? [];
      // An unnamed port is called by its number here, and has no name in the slices.
      const name = ports.find((candidate) => (candidate.name ?? String(candidate.port)) === portName)?.name ?? '';
      return pickByClient(client, endpointsOf(slicesOf(endpointSlices.objects.values(), shadow), name));
    };
    this.#byClient.set(key, pick);
    return pick;
  }

  #portOf(key: string): OpenPort {
    const known = this.#ports.get(key);
    if (known !== undefined) return known;
    const port = new OpenPort({ ...this.#deps, ...this.#options, onChange: () => this.#announce() });
    this.#ports.set(key, port);
    return port;
  }

  #announce(): void {
    for (const [key, port] of this.#ports) if (port.state.t === 'closed') this.#ports.delete(key);
    for (const listener of this.#listeners) listener();
  }
}

function keyOf(service: string, port: string): string {
  return `${service}:${port}`;
}
