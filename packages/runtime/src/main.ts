import { constants } from 'node:os';
import { InterceptError } from '@switchyard/contract';
import { runtimeLimits } from './limits.ts';
import { onScriptRunnerGone } from './script-runner.ts';

/** What the process gives to a program's main function. */
export interface MainContext {
  /**
   * Aborted by the first SIGINT, SIGTERM, SIGHUP (the terminal was closed) or SIGQUIT (Ctrl-\) with an `InterceptError` `canceled` whose
   * `detail.signal` names it. The program then stops in order. A second signal ends the process at once. Under a script runner (npx, npm,
   * pnpm) the end of the runner counts as SIGTERM, as runners do not pass that on.
   */
  readonly signal: AbortSignal;
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory of the process. */
  readonly cwd: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** A program may stay this long after its main function returned (to flush its output), then it is ended. */
const lingerMs = runtimeLimits.lingerMs.value;

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
type StopSignal = (typeof stopSignals)[number];

/**
 * The edge between a program and its process: runs `main` once and ends the process with the exit code that it returns.
 * An error that `main` throws is shown on standard error and decides the exit code (`codes`); one that nobody caught is
 * shown with its stack, once, and ends the process with code 1. A closed standard output or error is not an error.
 */
export async function runMain(main: (context: MainContext) => Promise<number>): Promise<void> {
  process.stdout.on('error', ignoreClosedReader);
  process.stderr.on('error', ignoreClosedReader);
  process.on('uncaughtException', (error) => {
    process.stderr.write(toReport(InterceptError.from(error)));
    process.exit(1);
  });
  const { argv, env, stdout, stderr } = process;
  const context: MainContext = { signal: abortOnSignals(), argv: argv.slice(2), env, cwd: process.cwd(), stdout, stderr };
  // The clock's timers keep no process alive, but a program that waits is not over.
  const alive = setInterval(() => {}, 60_000);
  process.exitCode = await main(context).catch((reason: unknown) => {
    const error = InterceptError.from(reason);
    stderr.write(toReport(error));
    return error.row.exit;
  });
  clearInterval(alive);
  setTimeout(() => process.exit(), lingerMs).unref();
}

function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: StopSignal): void =>
    controller.abort(new InterceptError('canceled', `Stopped by ${name}.`, { detail: { signal: name } }));
  for (const name of stopSignals) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
      stop(name);
    });
  }
  onScriptRunnerGone(process.env, () => stop('SIGTERM'));
  return controller.signal;
}

/** Somebody who reads our output may go away at any time (`| head`); the program's work goes on. */
function ignoreClosedReader(error: NodeJS.ErrnoException): void {
  // EPIPE: the reader of a pipe left; EIO: the terminal was closed.
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

/** What a person sees of an error that ends the program. */
function toReport(error: InterceptError): string {
  const hint = error.hint === undefined ? '' : `${error.hint}\n`;
  if (error.code !== 'internal') return `error: ${error.message}\n${hint}`;
  const cause = error.cause instanceof Error ? error.cause : error;
  return `internal error: ${cause.stack ?? error.message}\nThis is a fault of Switchyard itself; please report it.\n`;
}
