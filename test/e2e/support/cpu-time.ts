import { readdirSync, readFileSync } from 'node:fs';
import { read } from './cluster.ts';

/**
 * CPU time that the pods of an app have used, milliseconds: read from the processes of this machine, where the test cluster's containers
 * are.
 */
export async function readCpuMs(namespace: string, app: string): Promise<number> {
  const { items } = await read<{ items: readonly { metadata: { name: string; uid: string } }[] }>(['get', 'pods', '-n', namespace]);
  const uids = items.filter(({ metadata }) => metadata.name.startsWith(app)).map(({ metadata }) => metadata.uid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, pid) => sum + cpuMsOf(pid, uids), 0);
}

/** 0 for a process of another pod, or one that is gone. */
function cpuMsOf(pid: string, uids: readonly string[]): number {
  try {
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    if (!uids.some((uid) => cgroup.includes(uid))) return 0;
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
