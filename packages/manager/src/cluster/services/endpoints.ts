import type { EndpointSlice } from '@switchyard/kube';
import { findNeverDialled } from '../egress/never-dialled.ts';

/** Kubernetes labels every slice with the name of its Service. */
const serviceLabel = 'kubernetes.io/service-name';

/** Where a client's connection may go. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The slices of the Service `service`. */
export function slicesOf(slices: Iterable<EndpointSlice>, service: string): readonly EndpointSlice[] {
  return [...slices].filter(({ metadata }) => metadata.labels?.[serviceLabel] === service);
}

/** Whether the same addresses are ready in both. Two Services without any are the same, too. */
export function haveSameAddresses(left: readonly EndpointSlice[], right: readonly EndpointSlice[]): boolean {
  const ours = new Set(left.flatMap(readyAddresses));
  const theirs = new Set(right.flatMap(readyAddresses));
  return ours.size === theirs.size && [...ours].every((address) => theirs.has(address));
}

/** The ready endpoints of the Service's port `portName` (empty where it has no name). */
export function endpointsOf(slices: readonly EndpointSlice[], portName: string): readonly Endpoint[] {
  return slices.flatMap((slice) => {
    const port = slice.ports?.find(({ name = '' }) => name === portName)?.port;
    if (port === undefined) return [];
    // Whoever may write slices of a Service says where the router dials.
    const hosts = readyAddresses(slice).filter((host) => findNeverDialled(host) === undefined);
    return hosts.map((host) => ({ host, port }));
  });
}

function readyAddresses({ endpoints }: EndpointSlice): readonly string[] {
  return (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses);
}
