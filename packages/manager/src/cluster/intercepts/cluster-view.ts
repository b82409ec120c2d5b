import type { NetworkPolicy, Pod, RoutedService, Service } from '@switchyard/kube';

/** The objects that decide about intercepts, by name, as they are known now. */
export interface ClusterView {
  readonly services: ReadonlyMap<string, Service>;
  readonly routedServices: ReadonlyMap<string, RoutedService>;
  readonly networkPolicies: ReadonlyMap<string, NetworkPolicy>;
  readonly pods: ReadonlyMap<string, Pod>;
}
