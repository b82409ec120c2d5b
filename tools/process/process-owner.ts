import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isListening } from './free-port.ts';
import { isAlive, listTree, signalAll } from './process-tree.ts';
import { waitFor } from './wait-for.ts';

/** How a program is started. */
interface StartOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to the owner's environment; `undefined` takes a variable away. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that somebody here started and has to end. */
export interface OwnedProcess {
  readonly name: string;
  readonly pid: number;
  /** Where its output goes. */
  readonly logPath: string;
  /** What it wrote until now. */
  readLog(): string;
  readonly running: boolean;
  /** Undefined while it runs; null where a signal ended it. */
  readonly exitCode: number | null | undefined;
  /** Throws with its last words when it has ended. */
  assertRunning(): void;
  /** Resolves when something accepts connections at `port`; throws when the program ends before, or after 10 s. */
  listening(port: number): Promise<void>;
  /** Resolves when it has written `text`; throws when it ends before, or after 10 s. */
  says(text: string): Promise<void>;
  /** SIGTERM, grace, SIGKILL, for it and all that descend from it. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL at once, for it and all that descend from it: a crash. */
  crash(): Promise<void>;
}

/** Starts programs in process groups of their own, and leaves none of them behind. */
export interface ProcessOwner extends AsyncDisposable {
  /** Temporary, for configuration and logs; removed at the end unless `keepFolder` was called. */
  readonly folder: string;
  start(name: string, command: string, options?: StartOptions): OwnedProcess;
  keepFolder(): void;
}

/**
 * `label` begins the name of the temporary folder; `env` is what every program inherits. In whatever way this process exits (but for a
 * SIGKILL of its own), its programs end with it. `graceMs` is what they have between SIGTERM and SIGKILL.
 */
export function openProcessOwner(label: string, env: NodeJS.ProcessEnv, graceMs = 3_000): ProcessOwner {
  const folder = mkdtempSync(join(tmpdir(), `${label}-`));
  const owned: OwnedProcess[] = [];
  let keep = false;
  const removeFolder = (): void => {
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  const lastResort = (): void => {
    for (const { pid, running } of owned) if (running) signalAll(listTree(pid), 'SIGKILL');
    removeFolder();
  };
  process.on('exit', lastResort);
  return {
    folder,
    start: (name, command, options = {}) => {
      const started = startProcess(name, command, {
        ...options,
        env: { ...env, ...options.env },
        logPath: join(folder, `${name}.log`),
        graceMs,
      });
      owned.push(started);
      return started;
    },
    keepFolder: () => {
      keep = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of owned.toReversed()) await each.stop();
      process.off('exit', lastResort);
      removeFolder();
    },
  };
}

function startProcess(
  name: string,
  command: string,
  options: StartOptions & { readonly logPath: string; readonly graceMs: number },
): OwnedProcess {
  const { args = [], cwd, env, logPath, graceMs } = options;
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.on('error', () => {}); // `pid` is undefined then, which the next line reports.
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name}: ${command} could not be started.`);
  const readLog = (): string => readFileSync(logPath, 'utf8');
  const assertRunning = (): void => {
    if (!isRunning(child)) throw new Error(`${name} ended too early. Its last words:\n${toLastLines(readLog())}`);
  };
  const reaches = async (goal: string, isThere: () => boolean | Promise<boolean>): Promise<void> => {
    const condition = (): boolean | Promise<boolean> => {
      assertRunning();
      return isThere();
    };
    await waitFor(condition, { what: `${name} to ${goal}; see ${logPath}`, timeoutMs: 10_000 });
  };
  // The number of a process that has ended may be somebody else's by now.
  const endIfRunning = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => (isRunning(child) ? end(pid, signal, graceMs) : undefined);
  return {
    name,
    pid,
    logPath,
    get running() {
      return isRunning(child);
    },
    get exitCode() {
      return isRunning(child) ? undefined : child.exitCode;
    },
    readLog,
    assertRunning,
    listening: async (port) => reaches(`listen on port ${port}`, async () => isListening(port)),
    says: async (text) => reaches(`say ${text}`, () => readLog().includes(text)),
    stop: async () => endIfRunning('SIGTERM'),
    crash: async () => endIfRunning('SIGKILL'),
  };
}

/** SIGTERM goes to the program alone, as it may want to end its children in an order of its own; SIGKILL goes to whoever remains. */
async function end(pid: number, signal: 'SIGTERM' | 'SIGKILL', graceMs: number): Promise<void> {
  const tree = listTree(pid);
  const isOver = (): boolean => !tree.some(isAlive);
  signalAll(signal === 'SIGTERM' ? [pid] : tree, signal);
  try {
    await waitFor(isOver, { what: `process ${pid} to end`, timeoutMs: graceMs });
  } catch {
    signalAll([...new Set([...tree, ...listTree(pid)])], 'SIGKILL');
    await waitFor(isOver, { what: `process ${pid} to end after SIGKILL` });
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function toLastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
