import { InterceptError, type Clock } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { cliLimits } from '../limits.ts';
import { startWatchdog } from './watchdog.ts';

/** Signals that tell a program to stop, as they are passed on. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** The developer's program. Dispose stops it; should this process be killed, it is stopped too. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The exit code as shells say it: 128 and the signal's number where a signal ended it. */
  readonly exited: Promise<number>;
  /** Passes a signal on to the program and all it started; after the grace whatever is left is killed. Resolves when nothing is. */
  stop(signal: StopSignal): Promise<void>;
  /** Suspends or resumes the program and all it started. */
  pause(paused: boolean): void;
}

/** What to start, and how. */
export interface ChildOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the program's standard output goes. */
  readonly stdout: 'inherit' | 'stderr';
  /** As `Host.onExit`. */
  readonly onExit: (fn: () => void) => () => void;
}

/** The wait for a program that ends cannot itself be given up: a second signal ends everything. */
const never = new AbortController().signal;

/**
 * Starts a program, without a shell, in a session of its own: signals then reach all that it starts (a package script, its shell, its
 * server), and the terminal's Ctrl-C reaches it once, from us. Rejects with `command_not_found` or `not_executable`.
 */
export async function startChild({ clock }: { readonly clock: Clock }, options: ChildOptions): Promise<Child> {
  const [file = '', ...args] = options.command;
  const { cwd, env } = options;
  const started = spawnChecked(file, args, {
    cwd,
    env,
    stdio: ['inherit', options.stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
    detached: true,
  });
  const exited = once(started, 'exit').then(([code, signal]: unknown[]) => toExitCode(code, signal));
  // A failed start is reported by the wait below; `exited` then says nothing.
  exited.catch(() => {});
  await once(started, 'spawn').catch((cause: unknown) => {
    throw toStartError(file, cause);
  });
  const pid = started.pid ?? 0;
  const watchdog = startWatchdog(pid, cliLimits.stopGraceMs.value);
  void exited.then(watchdog.end);
  const forget = options.onExit(() => {
    watchdog.end();
    signalGroup(pid, 'SIGKILL');
  });
  const stop = async (signal: StopSignal): Promise<void> => {
    signalGroup(pid, signal);
    const deadlineMs = clock.now() + cliLimits.stopGraceMs.value;
    while (signalGroup(pid, 0) && clock.now() < deadlineMs) await sleep(clock, 20, never);
    signalGroup(pid, 'SIGKILL');
    await exited;
    forget();
  };
  return {
    pid,
    exited,
    stop,
    pause: (paused) => void signalGroup(pid, paused ? 'SIGSTOP' : 'SIGCONT'),
    [Symbol.asyncDispose]: () => stop('SIGTERM'),
  };
}

function spawnChecked(file: string, args: readonly string[], options: Parameters<typeof spawn>[2]): ChildProcess {
  try {
    return spawn(file, args, options);
  } catch (cause) {
    throw toStartError(file, cause);
  }
}

function toStartError(file: string, cause: unknown): InterceptError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') {
    return new InterceptError('command_not_found', `The command "${file}" was not found.`, { cause, hint: 'Check its name and PATH.' });
  }
  return new InterceptError('not_executable', `The command "${file}" cannot be executed.`, {
    cause,
    hint: `Make it executable (chmod +x), or start it with its interpreter.`,
  });
}

/** Whether anything is left in the group to take the signal. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function toExitCode(code: unknown, signal: unknown): number {
  if (typeof code === 'number') return code;
  return typeof signal === 'string' && Object.hasOwn(constants.signals, signal) ? 128 + constants.signals[signal as NodeJS.Signals] : 1;
}
