import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseServiceName, silentLog, silentMetrics, toLimitValues, type CountReading, type MetricOptions } from '@switchyard/contract';
import type { ManagerConfig, managerLimits, openManager } from '@switchyard/manager';
import { createSystemClock, type RenderedMetrics } from '@switchyard/runtime';
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

function toConfig(limits: typeof managerLimits): ManagerConfig {
  const anyPort = { host: '127.0.0.1', port: 0 };
  const port = { name: 'http', listen: anyPort, origin: { host: '127.0.0.1', port: 9 }, protocol: 'auto' } as const;
  return {
    listen: anyPort,
    health: anyPort,
    auth: { mode: 'none' },
    routing: { aliases: [] },
    limits: toLimitValues(limits),
    services: [{ name: parseServiceName('any'), entry: false, edge: 'trusted', ports: [port] }],
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

/** `docs/reference/metrics.md`, from what a manager registers when it opens. */
export const generateMetrics: Generator = async (root) => {
  const imported: unknown = await import(pathToFileURL(join(root, 'packages/manager/src/index.ts')).href);
  const manager = imported as { openManager: typeof openManager; managerLimits: typeof managerLimits };
  const { metrics, registrations } = createRecorder();
  await using opened = await manager.openManager(toConfig(manager.managerLimits), { clock: createSystemClock(), log: silentLog, metrics });
  if (opened.apiPort === 0) throw new Error('The manager did not open.');
  const rows = registrations
    .toSorted((left, right) => left.options.name.localeCompare(right.options.name))
    .map((metric) => `| \`${metric.options.name}\` | ${metric.type} | ${toLabels(metric)} | ${metric.options.help} |`);
  const table = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows];
  const note = generatedNote('what a manager registers');
  return [{ path: 'docs/reference/metrics.md', text: ['# Metrics', '', note, '', intro, '', ...table, ''].join('\n') }];
};
