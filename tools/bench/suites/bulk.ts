import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toBar, toBarChart } from '../bar-chart.ts';
import { liveKey, toLabel, type OpenRow, type Row } from '../contender.ts';
import { readCpuMicros } from '../cpu-time.ts';
import { measureInTurn } from '../measure-in-turn.ts';
import { estimate, type Estimate } from '../statistics.ts';
import type { Scene, Suite } from '../suite.ts';
import { toTable } from '../table.ts';
import { bulkBytes, toPath } from '../workload.ts';

const run = promisify(execFile);
const megabytes = bulkBytes / 1e6;

interface Sample {
  readonly megabytesPerSecond: number;
  readonly cpuMicrosPerMegabyte: number;
}

interface Line {
  readonly row: Row;
  readonly speed: Estimate;
  readonly cost: Estimate;
}

/** One large answer on one connection. */
export const bulkSuite: Suite = {
  name: 'bulk',
  about: 'one large answer',
  run: async (scene) => {
    const samples = await measureInTurn(scene, { about: 'one large answer', one: async (open) => sample(scene, open) });
    const lines = [...samples].map(([row, own]) => ({
      row,
      speed: estimate(own.map(({ megabytesPerSecond }) => megabytesPerSecond)),
      cost: estimate(own.map(({ cpuMicrosPerMegabyte }) => cpuMicrosPerMegabyte)),
    }));
    const chart = toBarChart(
      { title: `One answer of ${bulkBytes / 1024 ** 2} MiB`, unit: 'MB/s', decimals: 0 },
      lines.map(({ row, speed }) => toBar(row, speed)),
    );
    return {
      title: 'One large answer',
      markdown: `${about}\n\n${toTable(columns, lines)}`,
      plots: [{ name: 'bulk', about: `Speed of one answer of ${bulkBytes / 1024 ** 2} MiB`, svg: chart }],
      raw: Object.fromEntries([...samples].map(([row, own]) => [toLabel(row), own])),
    };
  },
};

async function sample({ workbench, signal }: Scene, { row, running }: OpenRow): Promise<Sample> {
  const pids = running.processes.map(({ pid }) => pid);
  const key = row.kind === 'un-keyed' ? [] : ['-H', `x-intercept-id: ${liveKey}`];
  const url = `http://127.0.0.1:${running.port}${toPath(bulkBytes)}`;
  const curl = ['curl', '-sS', '--fail', '--max-time', '60', '-o', '/dev/null', '-w', '%{size_download} %{time_total}', ...key, url];
  const before = readCpuMicros(pids);
  const { stdout } = await run('taskset', ['-c', String(workbench.loadCpu), ...curl], { signal });
  const cpuMicros = readCpuMicros(pids) - before;
  const [size, seconds = Number.NaN] = stdout.split(' ').map(Number);
  if (size !== bulkBytes) throw new Error(`${row.contender}: the answer had ${size} bytes, not ${bulkBytes}.`);
  return { megabytesPerSecond: megabytes / seconds, cpuMicrosPerMegabyte: cpuMicros / megabytes };
}

const columns = [
  { title: 'proxy', isText: true, cell: ({ row }: Line) => row.contender },
  { title: 'requests', isText: true, cell: ({ row }: Line) => row.kind },
  { title: 'MB/s', cell: ({ speed }: Line) => speed.median.toFixed(0) },
  { title: 'interval', cell: ({ speed }: Line) => `${speed.low.toFixed(0)} – ${speed.high.toFixed(0)}` },
  { title: 'CPU µs per MB', cell: ({ cost }: Line) => cost.median.toFixed(0) },
];

const about = `One answer of ${bulkBytes / 1024 ** 2} MiB on one connection, read as fast as it comes (curl). Both ends of a tunnel share one core here; on two machines each has
its own.`;
