import type { ClusterView } from './cluster-view.ts';
import type { InterceptKeeperDeps } from './keeper-deps.ts';

/** What is known now. */
export function lookAtCluster(
  deps: Pick<InterceptKeeperDeps, 'services' | 'routedServices' | 'networkPolicies' | 'pods' | 'mayBypass' | 'isStandingDown' | 'drain'>,
): ClusterView {
  const { services, routedServices, networkPolicies, pods, mayBypass, isStandingDown, drain } = deps;
  return {
    services: services.objects,
    routedServices: routedServices.objects,
    networkPolicies: networkPolicies.objects,
    pods: pods.objects,
    mayBypass,
    standingDown: isStandingDown(),
    drain: drain(),
  };
}
