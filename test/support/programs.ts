import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from '@switchyard/testkit';

/** A program that runs as a process of its own. Dispose kills it. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What it printed so far, standard output and standard error together. */
  readonly output: string;
  /** Waits until it has printed `text`; rejects when it ends before. */
  untilPrinted(text: string): Promise<void>;
  /** Ends it in the hardest way (SIGKILL) and waits for its end. */
  kill(): Promise<void>;
}

/** Runs a source file of this repository, given relative to it, with this Node.js; `env` is added to this process's own environment. */
export function openProgram(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [`${root}${file}`, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (text: Buffer): void => void (output += text.toString());
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    if (ended()) return;
    const exit = once(child, 'close');
    child.kill('SIGKILL');
    await exit;
  };
  return {
    // Undefined where it could not be started: then waiting for what it prints says so.
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    async untilPrinted(text) {
      await until(() => output.includes(text) || ended(), { timeoutMs: 15_000, about: `${file} to print "${text}" after "${output}"` });
      if (!output.includes(text)) throw new Error(`${file} ended: ${output}`);
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** A port of 127.0.0.1 that is free now: for programs that must find their peer again after a restart. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on TCP');
  return address.port;
}
