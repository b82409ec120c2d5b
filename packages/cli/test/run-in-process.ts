import { createSystemClock } from '@switchyard/runtime';
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
