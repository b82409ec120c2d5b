import { toBar, toBarChart } from '../bar-chart.ts';
import type { OpenRow, Row } from '../contender.ts';
import { measureInTurn } from '../measure-in-turn.ts';
import { applyOpenLoad } from '../open-load.ts';
import { estimate, percentile, type Estimate } from '../statistics.ts';
import type { Scene, Section, Suite } from '../suite.ts';
import { toTable } from '../table.ts';
import { toHeaders, toPath, type Workload } from '../workload.ts';

/** Requests per second. */
const rates = [2_000, 10_000];
/** Who works for longer than this share of a core can keep no rate: what it would show is its queue. */
const workload: Workload = { name: '60 B head, 1 KiB answer', id: '60-1024', headBytes: 60, bodyBytes: 1024, isTraced: false };

/** One burst of load: how long each answer took, in microseconds, sorted; undefined where the rate was not kept. */
type Sample = readonly number[] | undefined;

/** How long answers take at one rate. */
interface Latency {
  readonly row: Row;
  /** Undefined where the rate was not kept. */
  readonly figures: { readonly p50: Estimate; readonly p99: Estimate; readonly p999: number } | undefined;
}

/** How long an answer takes, at rates that do not depend on it. */
export const latencySuite: Suite = {
  name: 'latency',
  about: 'latency at fixed rates',
  run: async (scene) => {
    const byRate = new Map<number, readonly Latency[]>();
    for (const rate of rates) {
      const samples = await measureInTurn(scene, {
        about: `latency at ${rate.toLocaleString('en')} requests/s`,
        rows: [{ row: noProxy, running: { port: scene.workbench.origins.baseline, processes: [] } }, ...scene.rows],
        one: async (open) => sample(scene, open, rate),
      });
      byRate.set(
        rate,
        [...samples].map(([row, own]) => ({ row, figures: toFigures(own) })),
      );
    }
    return toSection(byRate);
  },
};

const noProxy: Row = { contender: 'no proxy', kind: 'un-keyed' };

async function sample({ workbench, seconds, signal }: Scene, { row, running: { port } }: OpenRow, rate: number): Promise<Sample> {
  return applyOpenLoad({
    url: `http://127.0.0.1:${port}${toPath(workload.bodyBytes)}`,
    rate,
    seconds,
    headers: toHeaders(workload, port, row.kind !== 'un-keyed'),
    cpu: workbench.loadCpu,
    folder: workbench.owner.folder,
    signal,
  });
}

function toFigures(samples: readonly Sample[]): Latency['figures'] {
  const kept = samples.flatMap((each) => (each === undefined ? [] : [each]));
  if (kept.length < samples.length) return undefined;
  return {
    p50: estimate(kept.map((each) => percentile(each, 50))),
    p99: estimate(kept.map((each) => percentile(each, 99))),
    // Over all rounds: in one alone it would be the slowest answer or two.
    p999: percentile(
      kept.flat().toSorted((left, right) => left - right),
      99.9,
    ),
  };
}

function toSection(byRate: ReadonlyMap<number, readonly Latency[]>): Section {
  const tables = [...byRate].map(([rate, lines]) => `### ${rate.toLocaleString('en')} requests/s\n\n${toTable(toColumns(lines), lines)}`);
  const plots = [...byRate].map(([rate, lines]) => ({
    name: `latency-${rate}`,
    about: `Median latency at ${rate} requests per second`,
    svg: toBarChart(
      { title: `Latency at ${rate.toLocaleString('en')} requests/s, p50`, unit: 'µs', decimals: 0 },
      lines.flatMap(({ row, figures }) => (figures === undefined ? [] : [toBar(row, figures.p50)])),
    ),
  }));
  const raw = Object.fromEntries([...byRate].map(([rate, lines]) => [rate, lines]));
  return { title: 'Latency at fixed rates', markdown: [about, ...tables].join('\n\n'), plots, raw };
}

function toColumns(lines: readonly Latency[]) {
  const direct = lines.find(({ row }) => row === noProxy)?.figures?.p50.median;
  const cell = (read: (figures: NonNullable<Latency['figures']>) => string) => {
    return ({ figures }: Latency): string => (figures === undefined ? 'rate not kept' : read(figures));
  };
  return [
    { title: 'proxy', isText: true, cell: ({ row }: Latency) => row.contender },
    { title: 'requests', isText: true, cell: ({ row }: Latency) => row.kind },
    { title: 'p50 µs', cell: cell(({ p50 }) => p50.median.toFixed(0)) },
    { title: 'interval', cell: cell(({ p50 }) => `${p50.low.toFixed(0)} – ${p50.high.toFixed(0)}`) },
    { title: 'added', cell: cell(({ p50 }) => (direct === undefined ? '–' : (p50.median - direct).toFixed(0))) },
    { title: 'p99 µs', cell: cell(({ p99 }) => p99.median.toFixed(0)) },
    { title: 'p99.9 µs', cell: cell(({ p999 }) => p999.toFixed(0)) },
  ];
}

const about = `Eight clients with one connection each send at a fixed rate, whatever the answers do (h2load), a ${workload.name}. "added" is the median against
the origin without a proxy. p50 and p99 are medians over the rounds; p99.9 is taken over all answers of all rounds. "rate not kept": fewer than 95 % of the
requests were sent in time, as the proxy's core was full.`;
