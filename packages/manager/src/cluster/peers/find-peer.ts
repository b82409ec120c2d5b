import { isRouter, type Pod } from '@switchyard/kube';

/** Another manager of the namespace. */
export interface Peer {
  readonly name: string;
  readonly uid: string | undefined;
  readonly addresses: readonly string[];
}

/** The manager whose pod is called `name`, where it runs. */
export function findPeer(pods: ReadonlyMap<string, Pod>, name: string): Peer | undefined {
  const pod = pods.get(name);
  if (pod === undefined || !isRouter(pod) || pod.status?.phase !== 'Running') return undefined;
  const { podIP, podIPs = [] } = pod.status;
  const addresses = new Set([...(podIP === undefined ? [] : [podIP]), ...podIPs.map(({ ip }) => ip)]);
  return addresses.size === 0 ? undefined : { name, uid: pod.metadata.uid, addresses: [...addresses] };
}

/**
 * Whether the connections of a peer that is there still may be given up: its node is gone, as the cluster found, or its process does not
 * answer. A peer that stops orderly is not ready either, and goes on with what is open.
 */
export function isDead(pods: ReadonlyMap<string, Pod>, name: string): boolean {
  if (findPeer(pods, name) === undefined) return true;
  const pod = pods.get(name);
  const isReady = pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return isReady !== undefined && isReady !== 'True' && pod?.metadata.deletionTimestamp === undefined;
}
