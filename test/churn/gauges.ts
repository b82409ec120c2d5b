import { readdirSync, readFileSync } from 'node:fs';
import { isTestCluster, kubectl, read } from '../e2e/support/cluster.ts';
import { total } from '../e2e/support/metrics.ts';
import { findPodProcesses } from '../e2e/support/node-processes.ts';
import { readLiveMb } from './live-memory.ts';

/** What one manager was like at one moment. */
export interface ManagerSample {
  readonly pod: string;
  /** Since the churn began, seconds. */
  readonly at: number;
  /** Resident memory and open files; undefined where its process cannot be seen from here. */
  readonly residentMb: number | undefined;
  readonly files: number | undefined;
  /** What it needs of its memory: undefined where that was not looked at. */
  readonly liveMb: number | undefined;
  /** Calls to the API server since it started. */
  readonly calls: number;
  readonly sessions: number;
  readonly pipes: number;
  readonly ready: number;
  readonly routed: number;
}

/** A manager's pod that is not about to end. */
export interface ManagerPod {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly ready: boolean;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The managers of the namespace, oldest first. */
export async function listManagers(namespace: string): Promise<readonly ManagerPod[]> {
  const { items } = await read<{ items: readonly Pod[] }>(['get', 'pods', '-n', namespace, '-l', 'switchyard.dev/router=true']);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name, uid, creationTimestamp }, status }) => ({
      name,
      uid,
      createdAt: creationTimestamp,
      ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    }))
    .toSorted((one, other) => one.createdAt.localeCompare(other.createdAt));
}

/**
 * Looks at every manager that is ready; one that ends just then is left out. With `collecting` each collects its garbage, which it stands
 * still for.
 */
export async function sampleManagers(namespace: string, at: number, collecting = false): Promise<readonly ManagerSample[]> {
  const pods = (await listManagers(namespace)).filter(({ ready }) => ready);
  return (await Promise.all(pods.map(async (pod) => sample(namespace, pod, at, collecting).catch(() => [])))).flat();
}

async function sample(
  namespace: string,
  { name: pod, uid }: ManagerPod,
  at: number,
  collecting: boolean,
): Promise<readonly ManagerSample[]> {
  const metrics = await kubectl(['get', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}:7481/proxy/metrics`]);
  const [pid] = isTestCluster() ? findPodProcesses([uid]) : [];
  const value = {
    pod,
    at,
    residentMb: pid === undefined ? undefined : readResidentMb(pid),
    files: pid === undefined ? undefined : readdirSync(`/proc/${pid}/fd`).length,
    liveMb: pid === undefined || !collecting ? undefined : await readLiveMb(pid),
    calls: total(metrics, 'switchyard_kubernetes_requests_total'),
    sessions: total(metrics, 'switchyard_tunnel_sessions'),
    pipes: total(metrics, 'switchyard_tunnel_pipes'),
    ready: total(metrics, 'switchyard_intercepts_ready'),
    routed: total(metrics, 'switchyard_services_routed'),
  };
  return [value];
}

function readResidentMb(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
