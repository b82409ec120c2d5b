import { until } from '@switchyard/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const interceptProgram = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const managerProgram = fileURLToPath(new URL('../../manager/src/main.ts', import.meta.url));

/** The developer's process of the tests: see its first line. */
export const serverProgram: string = fileURLToPath(new URL('./fixtures/server.js', import.meta.url));

/** A folder of its own, removed by dispose. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  write(name: string, text: string): Promise<string>;
}

export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-cli-'));
  // Ends the search for a project file: what others leave in the folder above must not matter.
  await mkdir(join(path, '.git'));
  return {
    path,
    async write(name, text) {
      await writeFile(join(path, name), text);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** A real manager with two services, `orders` (port `http`) and `shop` (ports `http` and `admin`); their baselines answer `baseline`. */
export interface ManagerProgram extends AsyncDisposable {
  readonly url: string;
  /** Where it takes the requests for `orders`. */
  readonly ordersPort: number;
  /** Requests `/` of a service's port with a key; answers the body. */
  request(service: string, key?: string): Promise<string>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same ports. */
  restart(): Promise<void>;
}

export async function openManagerProgram(auth = '{ mode: none }', policy = '{}'): Promise<ManagerProgram> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await openFolder());
  const origin = createServer((_, response) => response.end('baseline')).listen(0, '127.0.0.1');
  await once(origin, 'listening');
  stack.defer(() => void origin.close());
  const address = origin.address();
  const originPort = address !== null && typeof address === 'object' ? address.port : 0;
  const ports = { api: 0, orders: 0, shop: 0, admin: 0 };

  const start = async (): Promise<ChildProcess> => {
    const file = await folder.write(
      'manager.yaml',
      `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${ports.api}
health: 127.0.0.1:0
auth: ${auth}
policy: ${policy}
services:
  - name: orders
    ports: [{ name: http, listen: "127.0.0.1:${ports.orders}", origin: "127.0.0.1:${originPort}" }]
  - name: shop
    ports:
      - { name: http, listen: "127.0.0.1:${ports.shop}", origin: "127.0.0.1:${originPort}" }
      - { name: admin, listen: "127.0.0.1:${ports.admin}", origin: "127.0.0.1:${originPort}" }
`,
    );
    const child = spawn(process.execPath, [managerProgram, '--config', file, '--log-format', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await until(() => log.includes('"event":"ready"') || child.exitCode !== null, { timeoutMs: 30_000 });
    if (child.exitCode !== null) throw new Error(`the manager did not start: ${log}`);
    const portAfter = (pattern: RegExp): number => Number(pattern.exec(log)?.[1]);
    ports.api = portAfter(/"api":"http:\/\/127\.0\.0\.1:(\d+)"/);
    ports.orders = portAfter(/"service":"orders","port":"http","address":"127\.0\.0\.1:(\d+)"/);
    ports.shop = portAfter(/"service":"shop","port":"http","address":"127\.0\.0\.1:(\d+)"/);
    ports.admin = portAfter(/"service":"shop","port":"admin","address":"127\.0\.0\.1:(\d+)"/);
    return child;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  let child = await start();
  stack.defer(() => end('SIGKILL'));
  return {
    url: `http://127.0.0.1:${ports.api}`,
    ordersPort: ports.orders,
    async request(service, key) {
      const port = service === 'orders' ? ports.orders : ports.shop;
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: 'close', ...(key === undefined ? {} : { 'x-intercept-id': key }) },
      });
      return response.text();
    },
    kill: () => end('SIGKILL'),
    async restart() {
      child = await start();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A running `intercept`. */
export interface InterceptProgram {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until standard error has `text`; fails when the program ends before. */
  says(text: string): Promise<void>;
}

/** How to start `intercept`. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts the real program with a clean environment: only PATH, where compiled code is kept, and what is given. */
export function startIntercept(args: readonly string[], { env = {}, cwd }: StartOptions = {}): InterceptProgram {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [interceptProgram, ...args], {
    cwd: cwd ?? '/',
    env: { PATH, HOME: '/dev/null', INTERCEPT_USER: 'alice', NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (text.stderr += chunk));
  let code: number | undefined;
  const exited = once(child, 'close').then(([exitCode, signal]: unknown[]) => {
    code = typeof exitCode === 'number' ? exitCode : -1;
    if (typeof signal === 'string') throw new Error(`intercept was ended by ${signal}`);
    return code;
  });
  exited.catch(() => {});
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    exited,
    kill: (signal) => void child.kill(signal),
    async says(wanted) {
      await until(() => text.stderr.includes(wanted) || code !== undefined, { timeoutMs: 30_000, about: `"${wanted}" in: ${text.stderr}` });
      if (!text.stderr.includes(wanted)) throw new Error(`it ended with ${code} and never said "${wanted}":\n${text.stderr}`);
    },
  };
}

/** Runs the program to its end. */
export async function runIntercept(
  args: readonly string[],
  options?: StartOptions,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const program = startIntercept(args, options);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** A port that is free; with a `body` a server listens there and answers it. */
export async function openFreePort(body?: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  if (body === undefined) await close();
  return { port, [Symbol.asyncDispose]: close };
}
