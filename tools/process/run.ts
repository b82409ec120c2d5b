import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a program came to its end. */
export interface Outcome {
  /** Undefined: ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Given as standard input. */
  readonly input?: string;
  /** All of its environment. Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Default 120 s; then it is ended. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and collects what it printed. Rejects only where it cannot be started. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { input, env = process.env, cwd, timeoutMs = 120_000 } = options;
  const child = spawn(command, args, { env, cwd, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' });
  child.stdin.on('error', () => {}); // It may end without reading.
  child.stdin.end(input);
  const failed = new Promise<never>((_resolve, reject) => void child.on('error', reject));
  const closed = new Promise<number | undefined>((resolve) => void child.on('close', (code) => resolve(code ?? undefined)));
  const [exitCode, stdout, stderr] = await Promise.race([failed, Promise.all([closed, text(child.stdout), text(child.stderr)])]);
  return { exitCode, stdout, stderr };
}

/** As `run`, for a program that has to succeed: answers what it printed on standard output. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, options);
  if (exitCode === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${exitCode ?? 'a signal'}: ${stderr.trim() || stdout.trim()}`);
}
