import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseServiceName, silentLog, silentMetrics, toLimitValues, type CountReading, type MetricOptions } from '@switchyard/contract';
import { openKubeClient } from '@switchyard/kube';
import type { ClusterConfig, ManagerConfig, managerLimits, openAudit, openClusterManager, openManager } from '@switchyard/manager';
import { createSystemClock, type RenderedMetrics } from '@switchyard/runtime';
import { openFakeKubernetes } from '@switchyard/testkit';
import { generatedNote, type Generator } from './generated-file.ts';

/** A metric that a manager registered. */
interface Registration {
  readonly type: 'counter' | 'gauge';
  readonly options: MetricOptions<string>;
  /** The values of its labels, where they are known before anything was counted. */
  readonly readings: Iterable<CountReading<string>>;
}

/** Metrics that keep what is registered, and count nothing. */
function createRecorder(): { readonly metrics: RenderedMetrics; readonly registrations: readonly Registration[] } {
  const registrations: Registration[] = [];
  const metrics: RenderedMetrics = {
    totals: (options, read) => void registrations.push({ type: 'counter', options, readings: read() }),
    counter: (options) => {
      registrations.push({ type: 'counter', options, readings: [] });
      return silentMetrics.counter(options);
    },
    gauge: (options) => void registrations.push({ type: 'gauge', options, readings: [] }),
    render: () => Promise.resolve(''),
    contentType: 'text/plain',
  };
  return { metrics, registrations };
}

const anyPort = { host: '127.0.0.1', port: 0 };

function toClusterConfig(limits: typeof managerLimits): ClusterConfig {
  return {
    listen: anyPort,
    health: anyPort,
    peers: { listen: anyPort, tokenFile: '/nowhere' },
    auth: { serviceAccounts: { audience: 'switchyard', namespaces: [] }, oidc: undefined },
    tls: undefined,
    api: { hosts: [] },
    routing: { aliases: [] },
    audit: { stdout: false },
    limits: toLimitValues(limits),
  };
}

function toConfig(limits: typeof managerLimits): ManagerConfig {
  const port = { name: 'http', listen: anyPort, origin: { host: '127.0.0.1', port: 9 }, protocol: 'auto' } as const;
  return {
    ...toClusterConfig(limits),
    auth: { mode: 'none' },
    policy: { keyless: false, percent: false },
    services: [{ name: parseServiceName('any'), entry: false, edge: 'trusted', sourceAddress: 'none', ports: [port] }],
  };
}

function toLabels({ options, readings }: Registration): string {
  const labels = (options.labels ?? []).map((label) => {
    const values = [...readings].map(({ labels: known }) => `\`${known[label]}\``);
    return `\`${label}\`${values.length === 0 ? '' : `: ${values.join(', ')}`}`;
  });
  return labels.length === 0 ? '–' : labels.join('; ');
}

const intro = [
  'What `/metrics` of the health listener shows, in the Prometheus text format. Labels come from closed lists: none names a person, a key, a path or a',
  'service. Counters begin at 0 when the manager starts.',
].join('\n');

interface ManagerModule {
  readonly openManager: typeof openManager;
  readonly openAudit: typeof openAudit;
  readonly openClusterManager: typeof openClusterManager;
  readonly managerLimits: typeof managerLimits;
}

const clock = createSystemClock();

async function listStandalone(manager: ManagerModule): Promise<readonly Registration[]> {
  const { metrics, registrations } = createRecorder();
  await using opened = await manager.openManager(toConfig(manager.managerLimits), { clock, log: silentLog, metrics });
  if (opened.apiPort === 0) throw new Error('The manager did not open.');
  await using _audit = await manager.openAudit({ stdout: false }, { clock, log: silentLog, metrics, stdout: process.stdout }, {});
  return registrations;
}

async function listInCluster(manager: ManagerModule): Promise<readonly Registration[]> {
  const { metrics, registrations } = createRecorder();
  await using kubernetes = await openFakeKubernetes();
  await using client = await openKubeClient({ clock, log: silentLog, metrics }, { kubeconfig: kubernetes.kubeconfig });
  const { signal } = new AbortController();
  const deps = { clock, log: silentLog, metrics, client, identity: 'any', podAddress: '127.0.0.1', signal };
  await using opened = await manager.openClusterManager(toClusterConfig(manager.managerLimits), deps);
  if (opened.apiPort === 0) throw new Error('The manager did not open.');
  return registrations;
}

/** `docs/reference/metrics.md`, from what a manager registers when it opens. */
export const generateMetrics: Generator = async (root) => {
  const imported: unknown = await import(pathToFileURL(join(root, 'packages/manager/src/index.ts')).href);
  const manager = imported as ManagerModule;
  const [standalone, inCluster] = [await listStandalone(manager), await listInCluster(manager)];
  const everywhere = new Set(standalone.map(({ options }) => options.name));
  const rows = [...standalone, ...inCluster.filter(({ options }) => !everywhere.has(options.name))]
    .toSorted((left, right) => left.options.name.localeCompare(right.options.name))
    .map((metric) => {
      const meaning = `${everywhere.has(metric.options.name) ? '' : '_In a cluster:_ '}${metric.options.help}`;
      return `| \`${metric.options.name}\` | ${metric.type} | ${toLabels(metric)} | ${meaning} |`;
    });
  const table = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows];
  const note = generatedNote('what a manager registers');
  return [{ path: 'docs/reference/metrics.md', text: ['# Metrics', '', note, '', intro, '', ...table, ''].join('\n') }];
};
