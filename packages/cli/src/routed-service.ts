import { nearestWord } from '@switchyard/config';
import {
  InterceptError,
  type InterceptInfo,
  type PortInfo,
  type RoutingKey,
  type ServiceInfo,
  type ServiceName,
} from '@switchyard/contract';
import type { ControlledService } from './control/control.ts';

/** One service port that somebody wants to intercept. */
export interface RoutedPort {
  readonly service: ServiceName;
  readonly port: PortInfo;
}

/** The services that there are. */
export interface Catalog<T extends ServiceInfo = ServiceInfo> {
  readonly services: readonly T[];
  /** Where they are, for people: `at this manager`. */
  readonly where: string;
}

/** Finds a service among those that the manager routes. Throws `service_not_found` with those that there are. */
export function findService<T extends ServiceInfo>({ services, where }: Catalog<T>, name: ServiceName): T {
  const service = services.find((each) => each.name === name);
  if (service !== undefined) return service;
  throw notFound(
    `There is no service "${name}" ${where}.`,
    name,
    services.map((each) => each.name),
  );
}

/**
 * The port that is meant: the named one, or the only one. Throws `service_not_found`, or `bad_usage` where it must be said; `toHint` says how,
 * for the port of its example.
 */
export function findRoutedPort(
  catalog: Catalog,
  name: ServiceName,
  portName: string | undefined,
  toHint: (portName: string) => string,
): RoutedPort {
  const { ports } = findService(catalog, name);
  const names = ports.map((port) => port.name);
  const port = portName === undefined && ports.length === 1 ? ports[0] : ports.find((each) => each.name === portName);
  if (port !== undefined) return { service: name, port };
  if (portName !== undefined) throw notFound(`The service "${name}" has no port "${portName}".`, portName, names);
  throw new InterceptError('bad_usage', `The service "${name}" has several ports: ${names.join(', ')}.`, {
    hint: toHint(names[0] ?? 'NAME'),
  });
}

/** Refuses a service that cannot be taken over before anything is started. Throws `service_unsupported` with the reason. */
export function refuseUnsupported(services: readonly ControlledService[], { service }: RoutedPort): void {
  const refusal = services.find(({ name }) => name === service)?.routing?.refusal;
  if (refusal === undefined) return;
  throw new InterceptError('service_unsupported', refusal, { hint: 'See `intercept status` for the services that can be intercepted.' });
}

/**
 * Sees a conflict before anything is started; the manager has the last word. Another owner's key is taken everywhere, and
 * a live process of one's own is not pushed aside. Throws `route_conflict`.
 */
export function refuseKnownConflict(
  live: readonly InterceptInfo[],
  wanted: Pick<InterceptInfo, 'service' | 'port'>,
  { key, owner }: { readonly key: RoutingKey; readonly owner: string },
): void {
  const foreign = live.find((each) => each.key === key && each.owner !== owner);
  if (foreign !== undefined) {
    throw new InterceptError(
      'route_conflict',
      `The key "${key}" belongs to ${foreign.owner} (${toMachine(foreign)}), who intercepts ${foreign.service} with it.`,
      {
        hint: `Use another key (--key), or ask ${foreign.owner} to stop.`,
      },
    );
  }
  const own = live.find(
    (each) => each.key === key && each.service === wanted.service && each.port === wanted.port && each.session === 'ready',
  );
  if (own !== undefined) {
    throw new InterceptError('route_conflict', `You already intercept ${own.service} with the key "${key}", on ${toMachine(own)}.`, {
      hint: `End that one first (\`intercept down ${own.service}\`), or use another key (--key).`,
    });
  }
}

/** An intercept of another program may name no machine. */
function toMachine({ client }: InterceptInfo): string {
  return client === '' ? 'an unknown machine' : client;
}

function notFound(message: string, name: string, known: readonly string[]): InterceptError {
  const nearest = nearestWord(name, known);
  const list = known.length === 0 ? 'There are none.' : `There are: ${known.join(', ')}.`;
  return new InterceptError('service_not_found', message, { hint: nearest === undefined ? list : `Did you mean "${nearest}"? ${list}` });
}
