import { kubectl, read } from './cluster.ts';

/** The metrics of a manager as text, through the API server. */
export async function readMetrics(namespace: string): Promise<string> {
  return readMetricsOf(namespace, await readyManager(namespace));
}

/** The same of the manager in that pod. */
export async function readMetricsOf(namespace: string, pod: string): Promise<string> {
  return kubectl(['get', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}:7481/proxy/metrics`]);
}

/** The sum of all values of a metric. */
export function total(metrics: string, name: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Name of a manager pod that is Ready and not about to end. */
export async function readyManager(namespace: string): Promise<string> {
  interface Pod {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }
  const { items } = await read<{ items: readonly Pod[] }>(['get', 'pods', '-n', namespace, '-l', 'switchyard.dev/router=true']);
  const pod = items.find(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  if (pod === undefined) throw new Error('No manager is Ready.');
  return pod.metadata.name;
}
