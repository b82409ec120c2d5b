import { until } from '@switchyard/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** A version of the programs. */
export interface Version {
  readonly name: 'this version' | 'the version before';
  readonly folder: string;
}

/** Both ways in which they meet. */
export const pairs: readonly (readonly [cli: Version, manager: Version])[] = [
  [toVersion('the version before'), toVersion('this version')],
  [toVersion('this version'), toVersion('the version before')],
];

function toVersion(name: Version['name']): Version {
  return { name, folder: name === 'this version' ? fileURLToPath(new URL('../../', import.meta.url)) : inject('previousFolder') };
}

/** A program that runs. Dispose ends it. */
export interface Running extends AsyncDisposable {
  readonly output: string;
  /** Waits until it said `text`; fails when it ends before. */
  says(text: string): Promise<void>;
  interrupt(): void;
  readonly exited: Promise<number>;
}

type Environment = Readonly<Record<string, string>>;

function start(file: string, args: readonly string[], env: Environment): Running {
  const child: ChildProcess = spawn(process.execPath, [file, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', INTERCEPT_USER: 'alice', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (text: Buffer): void => void (output += text.toString());
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : -1));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    get output() {
      return output;
    },
    exited,
    interrupt: () => void child.kill('SIGINT'),
    async says(text) {
      await until(() => output.includes(text) || isOver(), { timeoutMs: 60_000, about: `"${text}" in: ${output}` });
      if (!output.includes(text)) throw new Error(`it ended and never said "${text}":\n${output}`);
    },
    async [Symbol.asyncDispose]() {
      if (!isOver()) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts `intercept` of a version. */
export function startIntercept({ folder }: Version, args: readonly string[], env: Environment): Running {
  return start(join(folder, 'packages/cli/src/main.ts'), args, env);
}

/** Runs `intercept` of a version to its end. */
export async function runIntercept(version: Version, args: readonly string[], env: Environment): Promise<{ code: number; output: string }> {
  await using running = startIntercept(version, args, env);
  return { code: await running.exited, output: running.output };
}

/** A manager of a version. */
export interface RunningManager extends AsyncDisposable {
  readonly url: string;
  readonly log: string;
}

/** Starts a manager of a version with `settings` behind the head of its file. */
export async function openManager(
  { folder }: Version,
  settings: string,
  args: readonly string[],
  env: Environment,
): Promise<RunningManager> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'switchyard-skew-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const file = join(home, 'manager.yaml');
  await writeFile(file, `apiVersion: switchyard.dev/v1\nkind: Manager\nlisten: 127.0.0.1:0\nhealth: 127.0.0.1:0\n${settings}`);
  const main = join(folder, 'packages/manager/src/main.ts');
  const running = stack.use(start(main, ['--config', file, '--log-format', 'json', ...args], env));
  await running.says('"event":"ready"');
  const url = /"api":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(running.output)?.[1];
  if (url === undefined) throw new Error(`the manager does not say where it listens: ${running.output}`);
  const owned = stack.move();
  return {
    url,
    get log() {
      return running.output;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A server on loopback that answers `body`. */
export async function openServer(body: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => response.setHeader('connection', 'close').end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a port of loopback answers to a request, with alice's key or without one. */
export async function ask(port: number | undefined, key?: 'alice'): Promise<string> {
  const headers = { connection: 'close', ...(key === undefined ? {} : { 'x-intercept-id': key }) };
  return (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
}
