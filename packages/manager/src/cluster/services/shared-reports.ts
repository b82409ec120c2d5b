import { isDeepStrictEqual } from 'node:util';
import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import {
  isReadyRouter,
  routedServices as routedServiceType,
  type Collection,
  type KubeClient,
  type Pod,
  type RoutedService,
  type RouterReport,
} from '@switchyard/kube';
import { ObjectWrites } from '../intercepts/object-writes.ts';
import type { PortsState, RouterReports } from './router-reports.ts';

/** What reports of several routers stand on. The collections are synced. */
export interface SharedReportsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  /** What this process's own router says. */
  readonly own: RouterReports;
  readonly routedServices: Collection<RoutedService>;
  readonly pods: Collection<Pod>;
  /** The pod of this manager. */
  readonly identity: string;
  readonly isLeading: () => boolean;
}

/**
 * What all routers of the namespace together say: this one by itself, the others in the status of the RoutedService, where each writes its
 * own entry whenever it changes. A Service is served where every ready router serves it. The leader takes the entries of pods away that are
 * gone. Dispose stops writing.
 */
export class SharedReports implements RouterReports, Disposable {
  readonly #deps: SharedReportsDeps;
  readonly #writes: ObjectWrites;
  readonly #stops: readonly (() => void)[];

  constructor(deps: SharedReportsDeps) {
    this.#deps = deps;
    const tell = (): void => this.tell();
    this.#writes = new ObjectWrites({ ...deps, onIdle: tell });
    this.#stops = [deps.own, deps.routedServices, deps.pods].map((source) => source.onChange(tell));
    this.tell();
  }

  stateOf(routed: RoutedService): PortsState {
    const own = this.#deps.own.stateOf(routed);
    if (own.t === 'opening' || own.t === 'failed') return own;
    const others = [...this.#deps.pods.objects.values()].filter((pod) => isReadyRouter(pod) && pod.metadata.name !== this.#deps.identity);
    const reports = others.map(({ metadata: { name } }) => ({ name, report: findReport(routed, name) }));
    for (const { name, report } of reports) {
      if (report?.message !== undefined) return { t: 'failed', message: `The router ${name}: ${report.message}` };
    }
    return reports.every(({ report }) => report?.serving === true) ? own : { t: 'listening' };
  }

  isReleased(service: string): boolean {
    const { own, routedServices, pods, identity } = this.#deps;
    const others = Object.keys(routedServices.get(service)?.status?.routers ?? {}).filter((name) => name !== identity);
    return own.isReleased(service) && others.every((name) => pods.get(name) === undefined);
  }

  onChange(listener: () => void): () => void {
    return this.#deps.own.onChange(listener);
  }

  /** Writes what is to be written now: for a change that no object tells, such as that of who leads. */
  tell(): void {
    const { routedServices } = this.#deps;
    const uids = new Set<string>();
    for (const routed of routedServices.objects.values()) {
      const { uid } = routed.metadata;
      if (uid === undefined) continue;
      uids.add(uid);
      const changes = this.#changesOf(routed);
      if (Object.keys(changes).length > 0) this.#writes.start(uid, (signal) => this.#write(routed, changes, signal));
    }
    this.#writes.retain((uid) => uids.has(uid));
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    this.#writes[Symbol.dispose]();
  }

  /** The entries that are to be other ones; null: none. */
  #changesOf(routed: RoutedService): Readonly<Record<string, RouterReport | null>> {
    const { pods, identity, isLeading } = this.#deps;
    const present = routed.status?.routers ?? {};
    const gone = isLeading() ? Object.keys(present).filter((name) => name !== identity && pods.get(name) === undefined) : [];
    const own = this.#toReport(routed, present[identity]);
    return {
      ...Object.fromEntries(gone.map((name) => [name, null])),
      ...(isDeepStrictEqual(own, present[identity]) ? {} : { [identity]: own ?? null }),
    };
  }

  /** What this router has to say; `before`: what stands there. */
  #toReport(routed: RoutedService, before: RouterReport | undefined): RouterReport | undefined {
    const { own, isLeading } = this.#deps;
    const phase = routed.status?.phase;
    const observedGeneration = routed.metadata.generation ?? 0;
    const state = own.stateOf(routed);
    // The leader knows its own router, and its next writes would only meet this one.
    if (phase === undefined || (phase === 'Preparing' && isLeading())) return before;
    if (state.t === 'serving') return { serving: true, observedGeneration };
    if (state.t === 'failed') return { serving: false, observedGeneration, message: state.message.slice(0, mostCharacters) };
    return own.isReleased(routed.metadata.name) ? undefined : before;
  }

  async #write({ metadata }: RoutedService, routers: Readonly<Record<string, RouterReport | null>>, signal: AbortSignal): Promise<void> {
    const { client, routedServices } = this.#deps;
    // An entry is its router's alone, so that no version has to be met; but another object of the name is another takeover.
    const change = { metadata: { uid: metadata.uid }, status: { routers } };
    const now = await client.patch(routedServiceType, metadata.name, { t: 'merge', change }, { subresource: 'status', signal });
    routedServices.learn(now);
    // A definition that drops what it does not know would have us write the same for ever.
    if (Object.entries(routers).every(([name, report]) => isDeepStrictEqual(now.status?.routers?.[name], report ?? undefined))) return;
    throw new InterceptError('cluster_refused', `The API server did not keep the routers of RoutedService ${metadata.name}.`);
  }
}

/** What the definition of the resource takes. */
const mostCharacters = 1_024;

function findReport({ metadata, status }: RoutedService, router: string): RouterReport | undefined {
  const report = status?.routers?.[router];
  return report?.observedGeneration === (metadata.generation ?? 0) ? report : undefined;
}
