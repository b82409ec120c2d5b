import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBar, toBarChart } from '../bar-chart.ts';
import { reference, toLabel, type OpenRow, type Row } from '../contender.ts';
import { applyLoad } from '../load.ts';
import { readCpuMicros } from '../cpu-time.ts';
import { estimate, type Estimate } from '../statistics.ts';
import type { Scene, Section, Suite } from '../suite.ts';
import { toTable } from '../table.ts';
import { toHeaders, toPath, tracing, type Workload } from '../workload.ts';
import { measureInTurn } from '../measure-in-turn.ts';

const connections = 32;

/** One measurement of one row under one workload. */
interface Sample {
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
}

/** What a row costs under one workload. */
interface Cost {
  readonly row: Row;
  readonly cpuMicros: Estimate;
  /** To the reference in the same round; undefined without a reference. */
  readonly ratio: Estimate | undefined;
  readonly requestsPerSecond: number;
}

/** CPU time of the proxy's processes per request, under load, in a closed loop. */
export const cpuSuite: Suite = {
  name: 'cpu',
  about: 'CPU time per request',
  run: async (scene) => {
    const sections = new Map<Workload, readonly Cost[]>();
    const raw: Record<string, Record<string, readonly Sample[]>> = {};
    for (const workload of scene.workloads) {
      const samples = await measureInTurn(scene, {
        about: `CPU time, ${workload.name}`,
        one: async (open) => sample(scene, open, workload),
      });
      sections.set(workload, toCosts(samples));
      raw[workload.name] = Object.fromEntries([...samples].map(([row, own]) => [toLabel(row), own]));
    }
    return toSection(sections, raw);
  },
};

async function sample({ workbench, seconds, signal }: Scene, { row, running }: OpenRow, workload: Workload): Promise<Sample> {
  const pids = running.processes.map(({ pid }) => pid);
  const before = readCpuMicros(pids);
  const { requests, requestsPerSecond } = await applyLoad({
    url: `http://127.0.0.1:${running.port}${toPath(workload.bodyBytes)}`,
    seconds,
    connections,
    headers: toHeaders(workload, running.port, row.kind !== 'un-keyed'),
    script: workload.isTraced ? writeTracing(workbench.owner.folder) : undefined,
    cpu: workbench.loadCpu,
    signal,
  });
  return { cpuMicros: (readCpuMicros(pids) - before) / requests, requestsPerSecond };
}

function writeTracing(folder: string): string {
  const file = join(folder, 'tracing.lua');
  writeFileSync(file, tracing.script);
  return file;
}

function toCosts(samples: ReadonlyMap<Row, readonly Sample[]>): readonly Cost[] {
  const base = samples.get(reference);
  return [...samples].map(([row, own]) => {
    const ratios = own.flatMap(({ cpuMicros }, round) => {
      const against = base?.[round]?.cpuMicros;
      return against === undefined ? [] : [cpuMicros / against];
    });
    return {
      row,
      cpuMicros: estimate(own.map(({ cpuMicros }) => cpuMicros)),
      ratio: ratios.length === 0 ? undefined : estimate(ratios),
      requestsPerSecond: estimate(own.map((each) => each.requestsPerSecond)).median,
    };
  });
}

function toSection(sections: ReadonlyMap<Workload, readonly Cost[]>, raw: unknown): Section {
  const tables = [...sections].map(([{ name }, costs]) => `### ${name}\n\n${toTable(columns, costs)}`);
  const plots = [...sections].map(([{ name, id }, costs]) => ({
    name: `cpu-${id}`,
    about: `CPU time per request, ${name}`,
    svg: toBarChart(
      { title: `CPU time per request, ${name}`, unit: 'µs', decimals: 1 },
      costs.map(({ row, cpuMicros }) => toBar(row, cpuMicros)),
    ),
  }));
  return { title: 'CPU time per request', markdown: [about, ...tables].join('\n\n'), plots, raw };
}

const columns = [
  { title: 'proxy', isText: true, cell: ({ row }: Cost) => row.contender },
  { title: 'requests', isText: true, cell: ({ row }: Cost) => row.kind },
  { title: 'µs per request', cell: ({ cpuMicros }: Cost) => cpuMicros.median.toFixed(1) },
  { title: 'interval', cell: ({ cpuMicros: { low, high } }: Cost) => `${low.toFixed(1)} – ${high.toFixed(1)}` },
  { title: '× HAProxy', cell: ({ ratio }: Cost) => ratio?.median.toFixed(2) ?? '–' },
  { title: 'interval', cell: ({ ratio }: Cost) => (ratio === undefined ? '–' : `${ratio.low.toFixed(2)} – ${ratio.high.toFixed(2)}`) },
  { title: 'requests/s', cell: ({ requestsPerSecond }: Cost) => Math.round(requestsPerSecond).toLocaleString('en') },
];

const about = `User and system time of the proxy's processes by answered requests, under ${connections} kept-alive connections that send the next request when
the answer came (wrk). Where a proxy has two ends, both count. "× HAProxy" is the ratio within a round: the figure to compare between machines.
"requests/s" is what one core serves at most, for orientation.`;
