import type { Collection, RoutedService, Service } from '@switchyard/kube';
import type { TellKube } from './kube-news.ts';
import { toServiceNews } from './service-news.ts';

/** What the crier works with. The collections belong to the caller. */
export interface ServiceCrierDeps {
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly tell: TellKube;
  /** Only the leader tells. */
  readonly isLeading: () => boolean;
}

/** Tells what is new about Services, from the first change of their records on. Returns how to stop that. */
export function cryServices({ services, routedServices, tell, isLeading }: ServiceCrierDeps): () => void {
  let known: ReadonlyMap<string, RoutedService> | undefined;
  return routedServices.onChange(() => {
    const [before, after] = [known, routedServices.objects];
    known = after;
    if (before === undefined || !isLeading()) return;
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const service = services.get(name);
      if (service === undefined || before.get(name) === after.get(name)) continue;
      for (const news of toServiceNews(before.get(name), after.get(name))) tell(service, news);
    }
  });
}
