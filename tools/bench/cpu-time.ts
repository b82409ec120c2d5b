import { readdirSync, readFileSync } from 'node:fs';
import { listTree } from '../process/process-tree.ts';

/**
 * Microseconds that these processes, their threads and their present children have spent on a CPU, user and system together: the scheduler's own
 * count (`/proc/PID/task/TID/schedstat`, first field, nanoseconds), as the ticks of `/proc/PID/stat` are 10 ms long. A thread that has ended is not
 * in it.
 */
export function readCpuMicros(pids: readonly number[]): number {
  const members = new Set(pids.flatMap(listTree));
  let nanos = 0;
  for (const pid of members)
    for (const thread of readdirSync(`/proc/${pid}/task`)) nanos += readNanos(`/proc/${pid}/task/${thread}/schedstat`);
  return nanos / 1_000;
}

function readNanos(file: string): number {
  try {
    return Number(readFileSync(file, 'latin1').split(' ', 1)[0]);
  } catch {
    // It ended between the list and the look.
    return 0;
  }
}
