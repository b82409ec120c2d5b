import { isRouter, type Pod } from '@switchyard/kube';
import { findNeverDialled, isSameAddress } from '../egress/never-dialled.ts';

/** What a direct target is judged by. */
export interface DirectContext {
  /** The address of the manager's own pod. */
  readonly podAddress: string;
  /** The host by which the API server is reached: an IP address in a pod. */
  readonly apiServer: string;
  /** All pods of the namespace. */
  readonly pods: Iterable<Pod>;
}

/**
 * Why the router may not dial the agent that connected from `address`, as one sentence; undefined where it may: the address is that of a
 * running pod of this namespace with a network of its own, and of no router.
 */
export function findTargetRefusal(address: string, { podAddress, apiServer, pods }: DirectContext): string | undefined {
  if (address === '') return 'The address that the agent connected from is not known.';
  const from = `The agent connected from ${address}, which`;
  const never = findNeverDialled(address);
  if (never !== undefined) return `${from} the router does not dial: it is ${never}.`;
  if (isSameAddress(address, podAddress)) return `${from} is the manager's own address.`;
  if (isSameAddress(address, apiServer)) return `${from} is the API server's address.`;
  const pod = findOwner(address, pods);
  if (pod === undefined) return `${from} is not the address of a running pod of this namespace.`;
  if (pod.spec?.hostNetwork === true) return `${from} is the address of a node.`;
  if (isRouter(pod)) return `${from} is the address of a router.`;
  return undefined;
}

/** The running pod that has `address`. A pod of the node's network first: it shares the address with others. */
function findOwner(address: string, pods: Iterable<Pod>): Pod | undefined {
  const owners = [...pods].filter(
    ({ status }) => status?.phase === 'Running' && toAddresses(status).some((own) => isSameAddress(own, address)),
  );
  return owners.find(({ spec }) => spec?.hostNetwork === true) ?? owners[0];
}

function toAddresses({ podIP, podIPs = [] }: NonNullable<Pod['status']>): readonly string[] {
  return [...(podIP === undefined ? [] : [podIP]), ...podIPs.map(({ ip }) => ip)];
}
