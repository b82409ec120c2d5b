import { InterceptError, type Clock, type Timer } from '@switchyard/contract';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Host } from './host.ts';

/** What npm and pnpm do to the processes that they start. */
export interface WrapperTraces {
  /** Whether a script of this program's own repository, or npx, stands between the person and this process. */
  readonly isOurs: boolean;
  /** Whether any package manager does. */
  readonly isWrapped: boolean;
}

/** Reads from the environment whether a package manager started this process. A project's own script keeps its environment. */
export function findWrapperTraces(env: Host['env']): WrapperTraces {
  const event = env['npm_lifecycle_event'];
  const isOurs = event === 'npx' || (event === 'intercept' && env['npm_package_name'] === 'switchyard');
  return { isOurs, isWrapped: event !== undefined || env['npm_command'] !== undefined };
}

/** The directory that the person is in: a wrapper changes to its own and leaves the first one in `INIT_CWD`. */
export function toPersonsFolder(env: Host['env'], cwd: string): string {
  return (findWrapperTraces(env).isOurs ? env['INIT_CWD'] : undefined) ?? cwd;
}

/** The person's own environment: without the variables and the leading PATH entries that the wrapper added. */
export function toPersonsEnvironment(env: Host['env']): Record<string, string | undefined> {
  if (!findWrapperTraces(env).isOurs) return { ...env };
  const kept = Object.entries(env).filter(
    ([name, value]) => !/^(?:npm|pnpm)_/i.test(name) && name !== 'INIT_CWD' && !(name === 'NODE' && value === env['npm_node_execpath']),
  );
  const path = (env['PATH'] ?? '').split(':');
  const first = path.findIndex((entry) => !/(?:^|\/)(?:node_modules\/\.bin|node-gyp-bin)$/.test(entry));
  return { ...Object.fromEntries(kept), PATH: path.slice(Math.max(0, first)).join(':') };
}

/** How often the wrappers are looked at. */
const intervalMs = 500;

/**
 * A signal that is aborted when a package manager's process above this one goes away: npx dies of SIGTERM without telling its children.
 * By `/proc`, so on Linux only. Dispose ends the watch.
 */
export function watchWrappers({ env, pid }: Pick<Host, 'env' | 'pid'>, clock: Clock): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const links = findWrapperTraces(env).isWrapped ? listWrapperLinks(pid) : [];
  const check = (): Timer | undefined => {
    if (links.every(({ child, parent }) => readParent(child)?.pid === parent)) return clock.after(intervalMs, () => (timer = check()));
    controller.abort(new InterceptError('canceled', 'The program that started this one went away.', { detail: { signal: 'SIGTERM' } }));
    return undefined;
  };
  let timer = links.length === 0 ? undefined : check();
  return { signal: controller.signal, [Symbol.dispose]: () => timer?.cancel() };
}

interface Link {
  readonly child: number;
  readonly parent: number;
}

/** The chain from this process up through package managers (which are Node programs) and the shells between them. */
function listWrapperLinks(pid: number): readonly Link[] {
  const links: Link[] = [];
  let wrappers = 0;
  for (let child = pid; ;) {
    const parent = readParent(child);
    if (parent === undefined || !/^(?:node|sh|bash|dash|npm|npx|pnpm)$/.test(parent.program)) break;
    links.push({ child, parent: parent.pid });
    if (!/^(?:sh|bash|dash)$/.test(parent.program)) wrappers = links.length;
    child = parent.pid;
  }
  return links.slice(0, wrappers);
}

/** A process's parent, by `/proc`; undefined where there is none (not Linux, or the process is gone). */
function readParent(pid: number): { readonly pid: number; readonly program: string } | undefined {
  try {
    const stat = readFileSync(join('/proc', String(pid), 'stat'), 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return parent > 0 ? { pid: parent, program: basename(readlinkSync(join('/proc', String(parent), 'exe'))) } : undefined;
  } catch {
    return undefined;
  }
}
