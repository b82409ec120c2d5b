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

/** Held by the demo that has the ports of the documentation: two demos that start at once would else look for them at the same moment. */
export const turnstilePort = 7479;

/** With `documented`, the ports that the documentation names, but for those where somebody else listens; else any free ones. */
export async function pickDemoPorts(documented: boolean): Promise<DemoPorts> {
  const pick = async (port: number): Promise<number> => pickPort(documented ? port : 0);
  return {
    api: await pick(7480),
    health: await pick(7481),
    routed: { web: await pick(18080), orders: await pick(18081), payments: await pick(18082) },
    baseline: { web: await pick(28080), orders: await pick(28081), payments: await pick(28082) },
    bob: await pick(28092),
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
limits: { drainGrace: 0s }
services:${service('web')}${service('orders')}${service('payments')}
`;
}
