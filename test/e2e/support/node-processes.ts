import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes of the pods with these uids, each by its number on this machine: containers of the test cluster are processes of it. Without
 * the one that only holds a pod's namespaces.
 */
export function findPodProcesses(uids: readonly string[]): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isOfPod(name, uids))
    .map(Number);
}

function isOfPod(pid: string, uids: readonly string[]): boolean {
  try {
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return uids.some((uid) => cgroup.includes(uid)) && !readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/pause');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
