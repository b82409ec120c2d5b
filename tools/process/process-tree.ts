import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** `pid` and all that descend from it now, parents before children; a process that is gone has no descendants. */
export function listTree(pid: number): readonly number[] {
  const childrenOf = process.platform === 'linux' ? readChildren : createPsReader();
  const tree = [pid];
  for (const member of tree) tree.push(...childrenOf(member));
  return tree;
}

/** Sends `signal` to each of `pids`, children before parents, so that no parent can start a new one meanwhile. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids.toReversed()) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already: what was wanted.
    }
  }
}

/** Whether a process of this number exists and may still hold its files and sockets. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !isOver(pid);
  } catch {
    return false;
  }
}

/** A zombie is over when its last thread is: until then the others keep its sockets open. */
function isOver(pid: number): boolean {
  return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')) && readdirSync(`/proc/${pid}/task`).length <= 1;
}

function readChildren(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) => toNumbers(readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')));
  } catch {
    return [];
  }
}

/** Where there is no /proc: one listing by ps serves a whole walk. */
function createPsReader(): (pid: number) => readonly number[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid=']).stdout.toString().split('\n').map(toNumbers);
  return (pid) => lines.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

function toNumbers(text: string): readonly number[] {
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
