import { silentLog } from '@switchyard/contract';
import { routedServices, services, toShadowName, type RoutedService, type Service } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import type { TakeoverDeps } from '../src/execute/deps.ts';
import { planRoutedPorts } from '../src/plan/routed-ports.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** A Service as most are. */
export function toService(name: string, spec: Partial<Service['spec']> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      selector: { app: name },
      ports: [
        { name: 'http', protocol: 'TCP', port: 80, targetPort: 'web' },
        { name: 'admin', protocol: 'TCP', port: 81, targetPort: 8081 },
      ],
      ...spec,
    },
  };
}

/** The RoutedService of `service`, planned anew, with what `existing` says. */
export function toRouted(service: Service, existing?: RoutedService): RoutedService {
  const { name } = service.metadata;
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'RoutedService',
    metadata: { name },
    ...existing,
    spec: { ports: planRoutedPorts(service, existing, []), shadow: toShadowName(name) },
  };
}

/** Writes the RoutedService that the Service `name` needs now. */
export function planInto(cluster: FakeCluster, name: string): RoutedService {
  const service = cluster.read(services, name);
  if (service === undefined) throw new Error(`no Service ${name}`);
  return cluster.write(routedServices, toRouted(service, cluster.read(routedServices, name)), 'switchyard');
}

/** What an executor needs, on a fake cluster. */
export function toDeps(cluster: FakeCluster): TakeoverDeps {
  return { client: cluster, clock: createSystemClock(), log: silentLog };
}
