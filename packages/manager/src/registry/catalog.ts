import { nearestWord } from '@switchyard/config';
import { InterceptError, type ServiceName } from '@switchyard/contract';
import type { PortConfig, ServiceConfig } from '../config/manager-config.ts';

/** A port that can be intercepted. */
export interface Place {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  /** What people call it: `orders`, or `orders/grpc` where the service has several ports. */
  readonly title: string;
}

/** The services of this manager, for those who want to intercept them. */
export interface Catalog {
  /**
   * The port that `port` means (name or listening port; undefined: the only one) of `service`. Throws `service_not_found`, and `bad_usage`
   * where it is not clear.
   */
  locate(service: ServiceName, port: string | undefined): Place;
  /**
   * As `locate`, where the port can be intercepted. Throws besides `bad_usage` where it carries no keys, `not_allowed` where the service
   * takes none.
   */
  find(service: ServiceName, port: string | undefined): Place;
}

/** A catalog of fixed services. */
export function createCatalog(services: readonly ServiceConfig[]): Catalog {
  const byName = new Map(services.map((service) => [service.name, service]));
  const look = (name: ServiceName, wanted: string | undefined) => {
    const service = byName.get(name);
    if (service === undefined) throw unknownService(name, [...byName.keys()]);
    const port = wanted === undefined ? onlyPort(service) : namedPort(service, wanted);
    return { service, port, place: { service: name, port: port.name, title: service.ports.length === 1 ? name : `${name}/${port.name}` } };
  };
  return {
    locate: (name, wanted) => look(name, wanted).place,
    find(name, wanted) {
      const { service, port, place } = look(name, wanted);
      refuseUnmatchable(service, port, place);
      return place;
    },
  };
}

function onlyPort({ name, ports }: ServiceConfig): PortConfig {
  const [port, another] = ports;
  if (port !== undefined && another === undefined) return port;
  throw new InterceptError('bad_usage', `${name} has several ports, so the port must be named: ${list(ports)}.`, {
    hint: 'Name one of them.',
  });
}

function namedPort({ name, ports }: ServiceConfig, wanted: string): PortConfig {
  const port = ports.find((candidate) => candidate.name === wanted || String(candidate.listen.port) === wanted);
  if (port !== undefined) return port;
  throw new InterceptError('service_not_found', `${name} has no port "${wanted}".`, { hint: `It has: ${list(ports)}.` });
}

function list(ports: readonly PortConfig[]): string {
  return ports.map(({ name, listen }) => `${name} (${listen.port})`).join(', ');
}

function unknownService(name: string, known: readonly string[]): InterceptError {
  const nearest = nearestWord(name, known);
  const hint = nearest === undefined ? `This manager routes: ${known.join(', ')}.` : `Did you mean "${nearest}"?`;
  return new InterceptError('service_not_found', `This manager routes no service "${name}".`, { hint });
}

/** An intercept that no request could ever match is refused instead of being of no use. */
function refuseUnmatchable({ edge }: ServiceConfig, { protocol }: PortConfig, { title }: Place): void {
  if (protocol === 'tcp') {
    throw new InterceptError('bad_usage', `${title} carries raw TCP, and only HTTP requests can carry a key.`);
  }
  if (edge === 'untrusted') {
    throw new InterceptError('not_allowed', `${title} takes requests from outside, where keys are dropped, so it cannot be intercepted.`, {
      hint: 'Intercept a service behind it.',
    });
  }
}
