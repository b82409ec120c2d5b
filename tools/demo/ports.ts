import { pickPort } from '../process/free-port.ts';

/** Where everything listens, all on 127.0.0.1. */
export interface DemoPorts {
  readonly api: number;
  readonly health: number;
  /** What callers dial: the manager. */
  readonly routed: ServicePorts;
  /** The ordinary workloads behind it. */
  readonly baseline: ServicePorts;
  /** Bob's own process, which he starts himself. */
  readonly bob: number;
}

/** One port per service of the shop. */
interface ServicePorts {
  readonly web: number;
  readonly orders: number;
  readonly payments: number;
}

/** The ports that the documentation names, each replaced by a free one where somebody else listens. */
export async function pickDemoPorts(): Promise<DemoPorts> {
  return {
    api: await pickPort(7480),
    health: await pickPort(7481),
    routed: { web: await pickPort(18080), orders: await pickPort(18081), payments: await pickPort(18082) },
    baseline: { web: await pickPort(28080), orders: await pickPort(28081), payments: await pickPort(28082) },
    bob: await pickPort(28092),
  };
}

/** The configuration of the manager that routes the shop. */
export function toManagerConfig({ api, health, routed, baseline }: DemoPorts): string {
  const service = (name: keyof ServicePorts): string => `
  - name: ${name}
    ports:
      - { name: http, listen: 127.0.0.1:${routed[name]}, origin: 127.0.0.1:${baseline[name]} }`;
  return `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${api}
health: 127.0.0.1:${health}
auth: { mode: none }
services:${service('web')}${service('orders')}${service('payments')}
`;
}
