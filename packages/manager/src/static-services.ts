import { InterceptError, type Log, type PortInfo, type ServiceInfo } from '@switchyard/contract';
import type { RouteOptions } from '@switchyard/route';
import type { Router } from '@switchyard/router';
import { toAddressText, type ManagerConfig, type PortConfig, type ServiceConfig } from './config/manager-config.ts';

/** The services of the configuration, served by the router. */
export interface StaticServices {
  /** The services as they stand now. */
  list(): readonly ServiceInfo[];
  /** The port number where callers reach the port `port` of a service. Throws `service_not_found`. */
  portOf(service: string, port: string): number;
}

/** Lets `router` listen for all `services`. Rejects with `port_in_use` or `bad_config`; the router then has some of them open. */
export async function listenToServices(router: Router, services: readonly ServiceConfig[], log: Log): Promise<StaticServices> {
  const bound = new Map<PortConfig, number>();
  for (const { name, ports } of services) {
    for (const port of ports) {
      const { listen, origin, protocol } = port;
      const listenPort = await router.listen({
        service: name,
        port: port.name,
        host: listen.host,
        listenPort: listen.port,
        protocol,
        baseline: origin,
      });
      bound.set(port, listenPort);
      const address = toAddressText({ ...listen, port: listenPort });
      log.info('service_listening', { service: name, port: port.name, address, baseline: toAddressText(origin) });
    }
  }
  const toPortInfo = ({ name: service }: ServiceConfig, port: PortConfig): PortInfo => ({
    name: port.name,
    listen: toAddressText({ ...port.listen, port: bound.get(port) ?? port.listen.port }),
    baseline: toAddressText(port.origin),
    protocol: port.protocol,
    notes: router.notes(service, port.name),
  });
  return {
    list: () => services.map((service) => ({ name: service.name, ports: service.ports.map((port) => toPortInfo(service, port)) })),
    portOf(serviceName, portName) {
      const service = services.find(({ name }) => name === serviceName);
      const port = service?.ports.find(({ name }) => name === portName);
      const listenPort = port && bound.get(port);
      if (listenPort !== undefined) return listenPort;
      throw new InterceptError('service_not_found', `There is no port ${serviceName}/${portName}.`);
    },
  };
}

/** What the configuration says about all rules. */
export function toRouteOptions({ routing, services }: ManagerConfig): RouteOptions {
  return {
    aliases: routing.aliases,
    entryServices: new Set(services.filter(({ entry }) => entry).map(({ name }) => name)),
    untrustedServices: new Set(services.filter(({ edge }) => edge === 'untrusted').map(({ name }) => name)),
    sourceAddresses: new Map(services.map(({ name, sourceAddress }) => [name, sourceAddress])),
  };
}
