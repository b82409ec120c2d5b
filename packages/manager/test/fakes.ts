// What the manager's tests share: services, limits, and agent sessions without a network.
import { InterceptError, parseRoutingKey, parseServiceName, toLimitValues, type InterceptSpec, type SessionId } from '@switchyard/contract';
import { createMemoryPipePair, plainSpec } from '@switchyard/testkit';
import type { SessionEvent } from '@switchyard/tunnel';
import type { PortConfig, ServiceConfig } from '../src/config/manager-config.ts';
import { managerLimits, type ManagerLimits } from '../src/limits.ts';
import type { AgentSession } from '../src/registry/intercept.ts';

export const limits: ManagerLimits = toLimitValues(managerLimits);

function createPort(name: string, port: number, protocol: PortConfig['protocol'] = 'auto'): PortConfig {
  return { name, listen: { host: '127.0.0.1', port }, origin: { host: '127.0.0.1', port: port + 10_000 }, protocol };
}

function createService(name: string, ports: readonly PortConfig[], edge: ServiceConfig['edge'] = 'trusted'): ServiceConfig {
  return { name: parseServiceName(name), entry: false, edge, sourceAddress: 'none', ports };
}

export const services: readonly ServiceConfig[] = [
  createService('orders', [createPort('http', 18_081)]),
  createService('payments', [createPort('http', 18_082), createPort('grpc', 18_083), createPort('mysql', 18_084, 'tcp')]),
  createService('edge', [createPort('http', 18_085)], 'untrusted'),
];

/** What `client` on `orders` with `key` asks for, changed by `changes`. */
export function createSpec(
  key: string,
  changes: { readonly service?: string; readonly port?: string; readonly lifetimeMs?: number } = {},
): InterceptSpec {
  return {
    ...plainSpec,
    service: parseServiceName(changes.service ?? 'orders'),
    port: changes.port,
    key: parseRoutingKey(key),
    lifetimeMs: changes.lifetimeMs,
  };
}

export interface FakeSession extends AgentSession {
  readonly events: readonly SessionEvent[];
  /** How many pipes were opened. */
  readonly opened: number;
  /** Makes `openPipe` reject with `tunnel_lost` from now on. */
  break(): void;
}

export function createSession(
  id: string,
  owner: string,
  instance: string = id,
  changes: Partial<Pick<AgentSession, 'remoteAddress' | 'publicKey'>> = {},
): FakeSession {
  const events: SessionEvent[] = [];
  let opened = 0;
  let broken = false;
  return {
    id: id as SessionId,
    remoteAddress: '127.0.0.1',
    owner,
    client: `${owner}s-laptop`,
    instance,
    publicKey: undefined,
    ...changes,
    events,
    get opened() {
      return opened;
    },
    notify: (event) => void events.push(event),
    break: () => {
      broken = true;
    },
    openPipe: async () => {
      if (broken) throw new InterceptError('tunnel_lost', 'The tunnel broke.');
      opened += 1;
      return createMemoryPipePair()[0];
    },
  };
}
