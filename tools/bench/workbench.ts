import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { openProcessOwner, type OwnedProcess, type ProcessOwner } from '../process/process-owner.ts';
import { readInstalledVersion } from './contenders/installed-version.ts';
import type { Workbench } from './contender.ts';
import { openOrigins } from './origins.ts';

/** The workbench, with what only its owner needs. */
export interface OpenWorkbench extends Workbench, AsyncDisposable {
  readonly owner: ProcessOwner;
  readonly loadCpu: number;
  readonly proxyCpu: number;
  /** Starts a program on the CPU of load and origin. */
  startLoad(name: string, command: string, args: readonly string[]): OwnedProcess;
  /** What the origins are, for the report. */
  readonly originAbout: string;
}

/** `env` is for every program that is started; `profileFolder` is where ours write CPU profiles, if anywhere. */
export interface WorkbenchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly profileFolder: string | undefined;
}

const proxyCpu = 0;

/** Why nothing can be measured here, or undefined when it can. */
export function findObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'the figures come from /proc, which only Linux has';
  if (readInstalledVersion('wrk', '-v') === undefined) return 'wrk, which makes the load, is not installed (Debian package: wrk)';
  if (readInstalledVersion('taskset', '--version') === undefined) return 'taskset is not installed (Debian package: util-linux)';
  return undefined;
}

/** Starts the origins. Proxies get CPU 0 for themselves; load and origin share CPU 1 (and everything CPU 0 on a machine with only one). */
export async function openWorkbench({ env, profileFolder }: WorkbenchOptions): Promise<OpenWorkbench> {
  const owner = openProcessOwner('switchyard-bench', env);
  const loadCpu = availableParallelism() > 1 ? 1 : 0;
  const start = (cpu: number, name: string, command: string, args: readonly string[]): OwnedProcess =>
    owner.start(name, 'taskset', { args: ['-c', String(cpu), command, ...args] });
  try {
    const origins = await openOrigins(owner, (name, command, args) => start(loadCpu, name, command, args));
    return {
      owner,
      loadCpu,
      proxyCpu,
      startLoad: (name, command, args) => start(loadCpu, name, command, args),
      origins: origins.ports,
      originAbout: origins.about,
      startProxy: (name, command, args) => start(proxyCpu, name, command, args),
      startNode: (name, script, args) => start(proxyCpu, name, process.execPath, [...toProfileFlags(profileFolder, name), script, ...args]),
      [Symbol.asyncDispose]: async () => owner[Symbol.asyncDispose](),
    };
  } catch (error) {
    await owner[Symbol.asyncDispose]();
    throw error;
  }
}

function toProfileFlags(folder: string | undefined, name: string): readonly string[] {
  if (folder === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${isAbsolute(folder) ? folder : resolve(folder)}`, `--cpu-prof-name=${name}.cpuprofile`];
}
