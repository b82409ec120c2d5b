import type { Clock, Log } from '@switchyard/contract';
import {
  endpointSlices,
  interceptPolicies,
  intercepts,
  networkPolicies,
  openCollection,
  pods,
  routedServices,
  services,
  type Collection,
  type EndpointSlice,
  type Intercept,
  type InterceptPolicy,
  type KubeClient,
  type NetworkPolicy,
  type Pod,
  type RoutedService,
  type Service,
} from '@switchyard/kube';

/** Everything of the namespace that the manager goes by. */
export interface Collections {
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly endpointSlices: Collection<EndpointSlice>;
  readonly networkPolicies: Collection<NetworkPolicy>;
  readonly pods: Collection<Pod>;
  readonly intercepts: Collection<Intercept>;
  readonly policies: Collection<InterceptPolicy>;
}

/** Opens all collections on `owner`. They begin to list, with quorum reads. */
export function openCollections(
  deps: { readonly clock: Clock; readonly log: Log; readonly client: KubeClient },
  owner: Pick<DisposableStack, 'use'>,
): Collections {
  return {
    services: owner.use(openCollection(deps, services)),
    routedServices: owner.use(openCollection(deps, routedServices)),
    endpointSlices: owner.use(openCollection(deps, endpointSlices)),
    networkPolicies: owner.use(openCollection(deps, networkPolicies)),
    pods: owner.use(openCollection(deps, pods)),
    intercepts: owner.use(openCollection(deps, intercepts)),
    policies: owner.use(openCollection(deps, interceptPolicies)),
  };
}
