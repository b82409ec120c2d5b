import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

/** How a program ended. `exitCode` is null when a signal ended it. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and for how long a program runs. */
export interface CommandOptions {
  readonly cwd: string;
  /** Default 120 s; then the program is killed and `exitCode` is null. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program to its end and collects what it printed. Rejects only when it cannot be started. */
export async function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...options.env },
    signal: AbortSignal.timeout(options.timeoutMs ?? 120_000),
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error) => (error.name === 'AbortError' ? resolve(null) : reject(error)));
  });
  child.stdin.end(options.input);
  const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** As `runCommand`, for a program of the `node_modules` of `cwd`. */
export async function runTool(name: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const bin = join(options.cwd, 'node_modules', '.bin');
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return await runCommand(join(bin, name), args, { ...options, env: { PATH: path, ...options.env } });
}

/** Everything a program printed, standard error last, without colours: some tools ignore NO_COLOR where CI is set. */
export function printed(result: CommandResult): string {
  return stripVTControlCharacters(`${result.stdout}${result.stderr}`).trimEnd();
}
