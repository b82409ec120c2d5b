import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { listTree } from '../process/process-tree.ts';

/** Reads CPU time of processes; see proc(5), `/proc/PID/stat`, fields 14 and 15. */
export interface CpuTime {
  /** Microseconds that these processes, their threads and their present children have spent on a CPU, user and system together. */
  read(pids: readonly number[]): number;
}

/** The kernel counts in ticks (10 ms nearly everywhere), so measure over seconds. */
export function createCpuTime(): CpuTime {
  const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout?.toString() ?? '') || 100;
  const read = (pids: readonly number[]): number => {
    const members = new Set(pids.flatMap(listTree));
    let ticks = 0;
    for (const pid of members) ticks += readTicks(pid);
    return (ticks * 1_000_000) / ticksPerSecond;
  };
  return { read };
}

function readTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name in parentheses and may itself hold spaces and parentheses; field 3 follows the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[14 - 3]) + Number(fields[15 - 3]);
}
