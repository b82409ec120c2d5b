import { createHash } from 'node:crypto';
import { InterceptError } from '@switchyard/contract';
import type { RoutedService, RoutedServicePort, Service, ServicePort } from '@switchyard/kube';
import { toPortKey } from './port-key.ts';

/** The router ports, both ends included. */
const firstPort = 10_000;
const lastPort = 29_999;

/**
 * The ports of `service`, each with the port where routers listen for it. A port that `existing` has by its name keeps its router port,
 * whatever its number. A renamed one is a new one, as intercepts and routers call ports by name: routers could not listen for the new name
 * where the old one comes to its end. A new one gets a port by a stable hash, or the next one that no object of `all` has. Throws
 * `limit_reached` where none is left.
 */
export function planRoutedPorts(
  service: Service,
  existing: RoutedService | undefined,
  all: Iterable<RoutedService>,
): readonly RoutedServicePort[] {
  const ports = service.spec.ports ?? [];
  const kept = new Map(existing?.spec.ports.map(({ name, routerPort }) => [name, routerPort]));
  const taken = new Set(kept.values());
  // Its own, too: routers may still end the connections of a port that is gone.
  for (const { spec } of all) for (const { routerPort } of spec.ports) taken.add(routerPort);
  // A port that the Service itself names as a targetPort could not be told from ours.
  for (const { targetPort } of ports) if (typeof targetPort === 'number') taken.add(targetPort);
  return ports.map((port) => {
    const name = toPortKey(port);
    const routerPort = kept.get(name) ?? allocate(`${service.metadata.name}/${name}`, taken);
    taken.add(routerPort);
    return { name, port: port.port, routerPort, protocol: toRoutedProtocol(port) };
  });
}

/** Whether `planned` is what `existing` has already. */
export function isSamePlan(planned: readonly RoutedServicePort[], existing: readonly RoutedServicePort[]): boolean {
  return JSON.stringify(planned.map(toRow)) === JSON.stringify(existing.map(toRow));
}

function toRow({ name, port, routerPort, protocol }: RoutedServicePort): readonly unknown[] {
  return [name, port, routerPort, protocol];
}

function allocate(seed: string, taken: ReadonlySet<number>): number {
  const count = lastPort - firstPort + 1;
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0) % count;
  for (let step = 0; step < count; step++) {
    const port = firstPort + ((start + step) % count);
    if (!taken.has(port)) return port;
  }
  throw new InterceptError('limit_reached', `Every router port from ${firstPort} to ${lastPort} is taken.`, {
    hint: 'Give up takeovers that nobody needs.',
  });
}

const httpProtocols = new Set(['http', 'ws', 'kubernetes.io/ws']);
const tcpProtocols = new Set([
  'tcp',
  'mysql',
  'postgres',
  'postgresql',
  'redis',
  'mongo',
  'mongodb',
  'amqp',
  'kafka',
  'mqtt',
  'ldap',
  'smtp',
]);

/** What routers take the traffic of `port` for. Only `appProtocol` is a statement of the owner's; a port's name is a habit, and what is named `http` may speak TLS. */
export function toRoutedProtocol({ appProtocol = '' }: ServicePort): RoutedServicePort['protocol'] {
  const stated = appProtocol.toLowerCase();
  if (httpProtocols.has(stated)) return 'http';
  return tcpProtocols.has(stated) ? 'tcp' : 'auto';
}
