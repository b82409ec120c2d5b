import { InterceptError } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { until } from '@switchyard/testkit';
import { PassThrough } from 'node:stream';
import { runProgram, type Host } from '../src/index.ts';

/** What a command line did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line inside of the test, as the person `alice` with an empty home; what `host` says is stronger. */
export async function runInProcess(argv: readonly string[], host: Partial<Host> = {}): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  const code = await runProgram({
    argv,
    env: { INTERCEPT_USER: 'alice', PATH: process.env['PATH'] },
    cwd: '/',
    home: '/dev/null',
    osUser: 'root',
    hostName: 'laptop',
    clock: createSystemClock(),
    stdin: new PassThrough(),
    stdout: { write: (chunk) => (text.stdout += chunk) },
    stderr: { write: (chunk) => (text.stderr += chunk) },
    signal: new AbortController().signal,
    onExit: () => () => {},
    ...host,
  });
  return { code, ...text };
}

/** A command line that runs on. */
export interface Started extends AsyncDisposable {
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<number>;
  /** As SIGINT. */
  stop(): void;
  says(text: string): Promise<void>;
}

/** Starts a command line as `runInProcess` does. */
export function startInProcess(argv: readonly string[], host: Pick<Host, 'env'>): Started {
  const stop = new AbortController();
  const text = { stdout: '', stderr: '' };
  const exited = runInProcess(argv, {
    ...host,
    signal: stop.signal,
    stdout: { write: (chunk) => (text.stdout += chunk) },
    stderr: { write: (chunk) => (text.stderr += chunk) },
  }).then(({ code }) => code);
  const interrupt = (): void => stop.abort(new InterceptError('canceled', 'Stopped by SIGINT.', { detail: { signal: 'SIGINT' } }));
  let code: number | undefined;
  void exited.then((value) => (code = value));
  return {
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    exited,
    stop: interrupt,
    async says(wanted) {
      await until(() => text.stderr.includes(wanted) || code !== undefined, { about: `"${wanted}" in: ${text.stderr}` });
      if (!text.stderr.includes(wanted)) throw new Error(`it ended with ${code} and never said "${wanted}":\n${text.stderr}`);
    },
    async [Symbol.asyncDispose]() {
      interrupt();
      await exited;
    },
  };
}
