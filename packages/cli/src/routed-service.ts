import { nearestWord } from '@switchyard/config';
import { InterceptError, type InterceptInfo, type PortInfo, type ServiceInfo, type ServiceName } from '@switchyard/contract';
import { adviseOnConflict, findConflict, toMatchId, type Conflict, type RouteClaim } from '@switchyard/route';
import type { ControlledService } from './control/control.ts';
import { isPlaced } from './control/standing.ts';

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
 * The port that is meant: the named one, or the only one. Throws `service_not_found`, or `bad_usage` where it must be said; `toHint` says
 * how, for the port of its example.
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

/** Refuses a service that cannot be taken over before anything is started. Throws its `refusal`. */
export function refuseUnsupported(services: readonly ControlledService[], { service }: RoutedPort): void {
  const refusal = services.find(({ name }) => name === service)?.routing?.refusal;
  if (refusal === undefined) return;
  const { code, message, hint = 'See `intercept status` for the services that can be intercepted.' } = refusal;
  throw new InterceptError(code, message, { cause: refusal, hint });
}

/**
 * Sees a conflict before anything is started; the manager has the last word. Another owner's key is taken everywhere unless it is shared,
 * and a live process of one's own is not pushed aside. Throws `route_conflict`.
 */
export function refuseKnownConflict(live: readonly InterceptInfo[], claim: RouteClaim): void {
  const placed = live.filter(isPlaced);
  const conflict = findConflict(placed.toSorted(byAge), claim);
  if (conflict !== undefined) throw toConflictError(conflict);
  const own = placed.find((each) => isSameRoute(each, claim) && each.session === 'ready');
  if (own === undefined) return;
  const what = own.key === undefined ? 'what matches that' : `with the key "${own.key}"`;
  throw new InterceptError('route_conflict', `You already intercept ${own.service} ${what}, on ${toMachine(own)}.`, {
    hint: `End that one first (\`intercept down ${own.service}\`), or use another key (--key).`,
  });
}

function byAge(left: InterceptInfo, right: InterceptInfo): number {
  return left.createdAt.getTime() - right.createdAt.getTime() || (left.id < right.id ? -1 : 1);
}

function toConflictError(conflict: Conflict<InterceptInfo>): InterceptError {
  const { rule } = conflict;
  const { key, owner, service } = rule;
  const message =
    key === undefined
      ? `${owner} (${toMachine(rule)}) already intercepts what matches that on ${service}.`
      : `The key "${key}" belongs to ${owner} (${toMachine(rule)}), who intercepts ${service} with it.`;
  return new InterceptError('route_conflict', message, { hint: adviseOnConflict(conflict) });
}

function isSameRoute(left: RouteClaim, right: RouteClaim): boolean {
  if (left.service !== right.service || left.port !== right.port || left.key !== right.key) return false;
  return left.key !== undefined || toMatchId(left.match) === toMatchId(right.match);
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
