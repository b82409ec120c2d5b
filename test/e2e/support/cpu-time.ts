import { readFileSync } from 'node:fs';
import { read } from './cluster.ts';
import { findPodProcesses } from './node-processes.ts';

/**
 * CPU time that the pods of an app have used, milliseconds: read from the processes of this machine, where the test cluster's containers
 * are.
 */
export async function readCpuMs(namespace: string, app: string): Promise<number> {
  const { items } = await read<{ items: readonly { metadata: { name: string; uid: string } }[] }>(['get', 'pods', '-n', namespace]);
  const uids = items.filter(({ metadata }) => metadata.name.startsWith(app)).map(({ metadata }) => metadata.uid);
  return findPodProcesses(uids).reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** 0 for a process that is gone. */
function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user = '0', system = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    // The kernel counts in hundredths of a second.
    return (Number(user) + Number(system)) * 10;
  } catch {
    return 0;
  }
}
