import process from 'node:process';
import { kubectl, read, tryKubectl } from './cluster.ts';
import { findPodProcesses } from './node-processes.ts';
import { eventually } from './wait.ts';

/** A pod of a Deployment that is not about to end. */
export interface RunningPod {
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** Label of the managers' pods. */
export const managerLabel = 'switchyard.dev/router=true';

/** The pods with a label, oldest first. */
export async function listPods(namespace: string, label: string = managerLabel): Promise<readonly RunningPod[]> {
  const { items } = await read<{ items: readonly Pod[] }>(['get', 'pods', '-n', namespace, '-l', label]);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => one.metadata.creationTimestamp.localeCompare(other.metadata.creationTimestamp))
    .map(({ metadata: { name, uid }, spec, status }) => ({
      name,
      uid,
      image: spec.containers[0]?.image ?? '',
      ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      restarts: status.containerStatuses?.[0]?.restartCount ?? 0,
    }));
}

/** Resolves when exactly `count` pods with the label run, all of them ready, and `others` holds of them. */
export async function untilReady(
  namespace: string,
  count: number,
  { label = managerLabel, when = () => true }: { readonly label?: string; readonly when?: (pods: readonly RunningPod[]) => boolean } = {},
): Promise<readonly RunningPod[]> {
  return eventually(`${count} pods with ${label} to be ready`, 120_000, async () => {
    const pods = await listPods(namespace, label);
    return pods.length === count && pods.every(({ ready }) => ready) && when(pods) ? pods : undefined;
  });
}

/** Name of the manager that leads. */
export async function readLeader(namespace: string): Promise<string> {
  return kubectl(['get', 'lease', 'switchyard-manager', '-n', namespace, '-o', 'jsonpath={.spec.holderIdentity}']);
}

/** Ends the process of a pod's container by SIGKILL, as a machine without memory does; its pod stays. Test cluster only. */
export function killProcess({ uid }: RunningPod): void {
  for (const pid of findPodProcesses([uid])) process.kill(pid, 'SIGKILL');
}

/** Evicts a pod as a drain of its node does: as soon as the PodDisruptionBudget lets it. Answers how often that said no. */
export async function evict(namespace: string, pod: string): Promise<number> {
  const eviction = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } });
  let refusals = 0;
  await eventually(`${pod} to be evicted`, 120_000, async () => {
    const { exitCode } = await tryKubectl(['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'], {
      input: eviction,
    });
    if (exitCode === 0) return true;
    refusals++;
    return undefined;
  });
  return refusals;
}
