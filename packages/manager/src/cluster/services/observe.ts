import type { Clock, ServiceName } from '@switchyard/contract';
import {
  isReadyRouter,
  managerName,
  originalAnnotation,
  shadowLabel,
  toShadowName,
  warmAnnotation,
  type Collection,
  type EndpointSlice,
  type NetworkPolicy,
  type Pod,
  type RoutedService,
  type Service,
} from '@switchyard/kube';
import { findServiceRefusal, selectsRouters, type RefusalContext } from '@switchyard/takeover';
import { haveSameAddresses, slicesOf } from './endpoints.ts';
import type { Observation } from './observation.ts';
import { makePlan } from './plan.ts';
import type { RouterReports } from './router-reports.ts';

/** Where observations come from. The collections are synced. */
export interface ObserveDeps {
  readonly clock: Clock;
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly endpointSlices: Collection<EndpointSlice>;
  readonly networkPolicies: Collection<NetworkPolicy>;
  readonly pods: Collection<Pod>;
  readonly routers: RouterReports;
  /** The services of accepted intercepts. */
  readonly wanted: () => ReadonlySet<ServiceName>;
  /** Whether policies let traffic of a Service get past the NetworkPolicies of its pods. */
  readonly mayBypass: (service: string) => boolean;
  /** Whether every Service is to be given back, whoever wants it. */
  readonly isStandingDown: () => boolean;
}

/** What is seen of the service `name` now. Throws as `makePlan` does. */
export function observe(deps: ObserveDeps, name: string): Observation {
  const { clock, services, routedServices, endpointSlices, routers } = deps;
  const service = services.get(name);
  const routed = routedServices.get(name);
  const shadow = findShadow(deps, name);
  const slices = [...endpointSlices.objects.values()];
  const warm = service?.metadata.annotations?.[warmAnnotation] === 'true';
  return {
    service,
    routed,
    shadow,
    wanted: (warm || hasName(deps.wanted(), name)) && mayBeTaken(deps, service, routed),
    warm,
    ports: routed === undefined ? { t: 'opening' } : routers.stateOf(routed),
    routersReady: deps.pods.objects.values().some(isReadyRouter),
    released: routers.isReleased(name),
    sameEndpoints: haveSameAddresses(slicesOf(slices, name), slicesOf(slices, toShadowName(name))),
    now: clock.date(),
    plan: makePlan({ service, routed, shadow, warm, all: routedServices.objects.values() }),
  };
}

/** The names of all services about which there may be something to do. */
export function listNames({ services, routedServices, wanted }: ObserveDeps): ReadonlySet<string> {
  const names = new Set<string>([...wanted(), ...routedServices.objects.keys()]);
  for (const service of services.objects.values()) {
    const { name, annotations, labels } = service.metadata;
    const isTouched = annotations?.[originalAnnotation] !== undefined || selectsRouters(service);
    if (isTouched || annotations?.[warmAnnotation] === 'true') names.add(name);
    const shadowOf = labels?.[shadowLabel];
    if (shadowOf !== undefined && toShadowName(shadowOf) === name) names.add(shadowOf);
  }
  return names;
}

function mayBeTaken(deps: ObserveDeps, service: Service | undefined, routed: RoutedService | undefined): boolean {
  if (service === undefined || deps.isStandingDown()) return false;
  return findServiceRefusal(service, toRefusalContext(deps, service, routed)) === undefined;
}

/** What decides, beside `service` itself, whether it may be taken over. */
export function toRefusalContext(deps: ObserveDeps, service: Service, routed: RoutedService | undefined): RefusalContext {
  return {
    networkPolicies: deps.networkPolicies.objects.values(),
    baselinePods: deps.pods.objects.values(),
    routed,
    mayBypass: deps.mayBypass(service.metadata.name),
    manager: deps.services.get(managerName),
  };
}

/** A Service that stands in the shadow's place is not the shadow. */
function findShadow({ services }: ObserveDeps, name: string): Service | undefined {
  const found = services.get(toShadowName(name));
  return found?.metadata.labels?.[shadowLabel] === name ? found : undefined;
}

function hasName(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name);
}
