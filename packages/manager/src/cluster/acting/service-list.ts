import { nearestWord } from '@switchyard/config';
import { InterceptError, isLabel, parseServiceName, type PortInfo, type ServiceInfo, type ServiceName } from '@switchyard/contract';
import type { Collection, RoutedService, Service, ServicePort } from '@switchyard/kube';
import { isOwnService, toPortKey } from '@switchyard/takeover';

/** What the list is made of. */
export interface ServiceListDeps {
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
}

/** The Services of the namespace as they stand now, but for our own. */
export function listServices({ services, routedServices }: ServiceListDeps): readonly ServiceInfo[] {
  return [...services.objects.values()]
    .filter((service) => isLabel(service.metadata.name) && !isOwnService(service))
    .map((service) => ({
      name: parseServiceName(service.metadata.name),
      ports: (service.spec.ports ?? []).map((port) => toPortInfo(service, port, routedServices.get(service.metadata.name))),
    }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** The name of the port that is meant by its name or number, or is the only one. Throws `service_not_found`, and `bad_usage` where it is not clear. */
export function locatePort(deps: ServiceListDeps, name: ServiceName, port: string | undefined): string {
  const all = listServices(deps);
  const service = all.find((each) => each.name === name);
  if (service === undefined) {
    const nearest = nearestWord(
      name,
      all.map((each) => each.name),
    );
    const hint = nearest === undefined ? {} : { hint: `Did you mean "${nearest}"?` };
    throw new InterceptError('service_not_found', `This namespace has no Service "${name}".`, hint);
  }
  const names = service.ports.map((each) => each.name);
  if (port === undefined) {
    const [only, another] = names;
    if (only !== undefined && another === undefined) return only;
    throw new InterceptError('bad_usage', `${name} has ${names.length} ports, so the port must be named.`, {
      hint: `It has: ${names.join(', ')}.`,
    });
  }
  const found = service.ports.find((each) => each.name === port || each.listen.endsWith(`:${port}`));
  if (found !== undefined) return found.name;
  throw new InterceptError('service_not_found', `${name} has no port "${port}".`, { hint: `It has: ${names.join(', ')}.` });
}

function toPortInfo({ metadata: { name: service } }: Service, port: ServicePort, routed: RoutedService | undefined): PortInfo {
  const name = toPortKey(port);
  const isPlain = port.appProtocol === 'tcp' || (port.protocol ?? 'TCP') !== 'TCP';
  return {
    name,
    listen: `${service}:${port.port}`,
    baseline: `${routed?.status?.phase === 'Routed' ? routed.spec.shadow : service}:${port.port}`,
    protocol: routed?.spec.ports.find((each) => each.name === name)?.protocol ?? (isPlain ? 'tcp' : 'auto'),
    notes: [],
  };
}
