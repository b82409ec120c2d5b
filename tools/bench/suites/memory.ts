import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toBar, toBarChart } from '../bar-chart.ts';
import { contenders } from '../contenders.ts';
import { liveKey, type OpenRow, type Row } from '../contender.ts';
import type { OwnedProcess } from '../../process/process-owner.ts';
import { listTree } from '../../process/process-tree.ts';
import { estimate } from '../statistics.ts';
import type { Scene, Suite } from '../suite.ts';
import { toTable } from '../table.ts';

const script = fileURLToPath(new URL('../under-test/idle-clients.ts', import.meta.url));
const pairs = 2_000;

interface Line {
  readonly row: Row;
  /** Bytes per pair; undefined where so many are not held. */
  readonly bytes: number | undefined;
}

/** What an idle connection costs in memory. */
export const memorySuite: Suite = {
  name: 'memory',
  about: 'memory per idle connection',
  run: async (scene) => {
    const lines: Line[] = [];
    for (const { row } of scene.rows) {
      scene.say(`memory: ${row.contender}, ${row.kind}`);
      const running = await contenders.get(row.contender)?.open(scene.workbench);
      if (running === undefined) continue;
      lines.push({ row, bytes: await measure(scene, { row, running }) });
      for (const process of running.processes) await process.stop();
    }
    const chart = toBarChart(
      { title: 'Memory per idle connection', unit: 'kB', decimals: 1 },
      lines.flatMap(({ row, bytes }) => (bytes === undefined ? [] : [toBar(row, estimate([bytes / 1e3]))])),
    );
    return {
      title: 'Memory per idle connection',
      markdown: `${about}\n\n${toTable(columns, lines)}`,
      plots: [{ name: 'memory', about: 'Memory per idle connection', svg: chart }],
      raw: lines,
    };
  },
};

/** The growth of resident memory by `pairs` clients that had one answer each and keep their connections. */
async function measure({ workbench, signal }: Scene, { row, running }: OpenRow): Promise<number | undefined> {
  const pids = running.processes.map(({ pid }) => pid);
  const before = readResident(pids);
  const args = [script, running.port, pairs, row.kind === 'un-keyed' ? '' : liveKey].map(String);
  const clients = workbench.startLoad(`idle-clients-${running.port}`, process.execPath, args);
  try {
    if (!(await becomeIdle(clients, signal))) return undefined;
    return (readResident(pids) - before) / pairs;
  } finally {
    await clients.stop();
  }
}

async function becomeIdle(clients: OwnedProcess, signal: AbortSignal): Promise<boolean> {
  try {
    await clients.says('idle\n');
  } catch {
    signal.throwIfAborted();
    return false;
  }
  return true;
}

function readResident(pids: readonly number[]): number {
  return pids.flatMap(listTree).reduce((sum, pid) => {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return sum + Number(kibibytes ?? 0) * 1024;
  }, 0);
}

const columns = [
  { title: 'proxy', isText: true, cell: ({ row }: Line) => row.contender },
  { title: 'requests', isText: true, cell: ({ row }: Line) => row.kind },
  { title: 'kB per connection', cell: ({ bytes }: Line) => (bytes === undefined ? 'not held' : (bytes / 1e3).toFixed(1)) },
];

const about = `Growth of the resident memory of all processes by ${pairs.toLocaleString('en')} connections that have had one answer each and stay open: one measurement of a
fresh process, as memory that was used once is not given back. Proxies that keep few connections to the origin for many clients hold one socket per client where Switchyard holds two;
garbage that a process has not collected yet counts too. Buffers of the kernel do not.`;
