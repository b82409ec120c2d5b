import type { ServiceName } from '@switchyard/contract';
import type { RoutedService, RoutedServicePort, Service } from '@switchyard/kube';
import { selectsRouters } from '@switchyard/takeover';
import type { WantedPort } from './open-port.ts';

/** The ports that routers should serve for `routed`, without their baselines. */
export function toWantedPorts(routed: RoutedService, service: Service | undefined): readonly Omit<WantedPort, 'baseline'>[] {
  // While the Service still points here, a port that closed would be an outage, whatever the phase says.
  const isLeaving = routed.status?.phase === 'Restoring' && !(service && selectsRouters(service));
  if (isLeaving) return [];
  return routed.spec.ports.map(({ name, routerPort, protocol }) => ({
    service: routed.metadata.name as ServiceName,
    port: name,
    routerPort,
    protocol,
  }));
}

/** Whether the Service sends callers of one of its ports to `routerPort` of the routers. */
export function leadsToPort(service: Service | undefined, { routerPort }: Pick<RoutedServicePort, 'routerPort'>): boolean {
  return service !== undefined && selectsRouters(service) && (service.spec.ports ?? []).some(({ targetPort }) => targetPort === routerPort);
}
