import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** How often the runner is looked for. */
const pollMs = 500;

/** Programs that run scripts: pnpm is one of its own, the others are Node programs. */
const runners: ReadonlySet<string> = new Set(['node', 'pnpm']);
/** What runners start scripts with. */
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash']);

/** A process, and the parent that it had at the beginning. */
interface Link {
  readonly child: number;
  readonly parent: number;
}

/**
 * Calls `fn` once when the script runner (npx, npm, pnpm) that started this process goes away: runners do not pass SIGTERM on. They
 * start each other with shells between them, so the whole chain is watched. Without a runner, or where there is no `/proc`, nothing is.
 */
export function onScriptRunnerGone(env: Readonly<Record<string, string | undefined>>, fn: () => void): void {
  const chain = env['npm_lifecycle_event'] === undefined ? [] : listChain(process.pid);
  if (chain.length === 0) return;
  const poll = setInterval(() => {
    if (chain.every(({ child, parent }) => readParent(child) === parent)) return;
    clearInterval(poll);
    fn();
  }, pollMs);
  poll.unref();
}

/** From this process up to the topmost runner. */
function listChain(pid: number): readonly Link[] {
  const chain: Link[] = [];
  let length = 0;
  for (let child = pid; ;) {
    const parent = readParent(child);
    const program = parent === undefined ? undefined : readProgram(parent);
    if (parent === undefined || program === undefined || !(runners.has(program) || shells.has(program))) break;
    chain.push({ child, parent });
    if (runners.has(program)) length = chain.length;
    child = parent;
  }
  return chain.slice(0, length);
}

/** The parent of a process: the second field after the name, which may itself have spaces and brackets (proc(5)). */
function readParent(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function readProgram(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return undefined;
  }
}
