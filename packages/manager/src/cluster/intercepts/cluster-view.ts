import type { Drain, NetworkPolicy, Pod, RoutedService, Service } from '@switchyard/kube';

/** What decides about intercepts, as it is known now; objects by name. */
export interface ClusterView {
  readonly services: ReadonlyMap<string, Service>;
  readonly routedServices: ReadonlyMap<string, RoutedService>;
  readonly networkPolicies: ReadonlyMap<string, NetworkPolicy>;
  readonly pods: ReadonlyMap<string, Pod>;
  /** Whether policies let traffic of a Service get past the NetworkPolicies of its pods. */
  readonly mayBypass: (service: string) => boolean;
  /** Whether every Service is to be given back, whoever wants it. */
  readonly standingDown: boolean;
  /** No new intercept is accepted, and those that are end at a time. */
  readonly drain: Drain | undefined;
}
