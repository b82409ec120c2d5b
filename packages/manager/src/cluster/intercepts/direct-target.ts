import { isRouter, type Pod } from '@switchyard/kube';
import { BlockList, isIP } from 'node:net';

/** What the router must not dial although it could: itself, the node's own services, the cloud's metadata. */
const forbidden = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  forbidden.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.addSubnet(net, prefix, 'ipv6');
}

/** What a direct target is judged by. */
export interface DirectContext {
  /** The address of the manager's own pod. */
  readonly podAddress: string;
  /** All pods of the namespace. */
  readonly pods: Iterable<Pod>;
}

/**
 * Why the router may not dial the agent that connected from `address`, as one sentence; undefined where it may: the address is that of a
 * running pod of this namespace with a network of its own, and of no router.
 */
export function findTargetRefusal(address: string, { podAddress, pods }: DirectContext): string | undefined {
  const family = toFamily(address);
  if (family === undefined) return 'The address that the agent connected from is not known.';
  if (forbidden.check(address, family)) return `The agent connected from ${address}, which the router does not dial.`;
  if (isSame(address, podAddress)) return `The agent connected from ${address}, which is the manager's own address.`;
  const pod = findOwner(address, pods);
  if (pod === undefined) return `The agent connected from ${address}, which is not the address of a running pod of this namespace.`;
  if (pod.spec?.hostNetwork === true) return `The agent connected from ${address}, which is the address of a node.`;
  if (isRouter(pod)) return `The agent connected from ${address}, which is the address of a router.`;
  return undefined;
}

/** The running pod that has `address`. A pod of the node's network first: it shares the address with others. */
function findOwner(address: string, pods: Iterable<Pod>): Pod | undefined {
  const owners = [...pods].filter(({ status }) => status?.phase === 'Running' && toAddresses(status).some((own) => isSame(own, address)));
  return owners.find(({ spec }) => spec?.hostNetwork === true) ?? owners[0];
}

function toAddresses({ podIP, podIPs = [] }: NonNullable<Pod['status']>): readonly string[] {
  return [...(podIP === undefined ? [] : [podIP]), ...podIPs.map(({ ip }) => ip)];
}

/** Whether two texts are the same address, however each is written. */
function isSame(left: string, right: string): boolean {
  const [leftFamily, rightFamily] = [toFamily(left), toFamily(right)];
  if (leftFamily === undefined || rightFamily === undefined) return false;
  const list = new BlockList();
  list.addAddress(left, leftFamily);
  return list.check(right, rightFamily);
}

function toFamily(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
