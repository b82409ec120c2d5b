import { until } from '@switchyard/testkit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest';
import {
  openFolder,
  openFreePort,
  openManagerProgram,
  runIntercept,
  serverProgram,
  startIntercept,
  type InterceptProgram,
  type ManagerProgram,
} from './programs.ts';

// Real programs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const node = process.execPath;
let manager: ManagerProgram;
beforeAll(async () => {
  manager = await openManagerProgram();
});
afterAll(() => manager[Symbol.asyncDispose]());

/** Starts `intercept run orders` with a key, and an owner, of its own. */
function run(context: TestContext, key: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): InterceptProgram {
  return start(context, ['run', 'orders', ...args], { INTERCEPT_MANAGER: manager.url, INTERCEPT_KEY: key, INTERCEPT_USER: key, ...env });
}

function start({ onTestFinished }: TestContext, args: readonly string[], env: Readonly<Record<string, string>>): InterceptProgram {
  const program = startIntercept(args, { env });
  onTestFinished(() => program.kill('SIGKILL'));
  return program;
}

/** The local port that a program says it is ready at. */
function portOf({ stderr }: InterceptProgram): number {
  const [, port] = /reach localhost:(\d+)/.exec(stderr) ?? [];
  if (port === undefined) throw new Error(`it names no port: ${stderr}`);
  return Number(port);
}

/** Whether nothing answers there any more. */
function isRefused(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => false,
    () => true,
  );
}

test.concurrent('keyed requests reach the command, all others the baseline; the command knows its key', async (context) => {
  const program = run(context, 'basic', ['--', node, serverProgram, 'mine']);
  await program.says('ready:');
  expect(await manager.request('orders')).toBe('baseline');
  expect(JSON.parse(await manager.request('orders', 'basic'))).toMatchObject({
    name: 'mine',
    INTERCEPT_KEY: 'basic',
    BAGGAGE: 'intercept=basic',
    PORT: expect.stringMatching(/^\d+$/),
  });
  expect(program.stderr).toMatch(
    /ready: requests for orders with your key reach localhost:\d+\n {2}key {6}basic\n {2}header {3}x-intercept-id: basic/,
  );
  expect(program.stderr).toMatch(/ {2}try {6}curl -H 'x-intercept-id: basic' http:\/\/127\.0\.0\.1:\d+\/\n {2}expires /);
  expect(program.stdout).toBe('');
  program.kill('SIGINT');
  expect(await program.exited).toBe(130);
  expect(await manager.request('orders', 'basic')).toBe('baseline');
});

test.concurrent.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
  "%s is passed on, and the exit code is the command's",
  async (signal, context) => {
    const program = run(context, `polite-${signal.toLowerCase()}`, ['--', node, serverProgram, 'polite']);
    await program.says('ready:');
    program.kill(signal);
    expect(await program.exited).toBe(7);
    expect(program.stdout).toBe(`${signal}\n`);
  },
);

test.concurrent("the command's own end ends the intercept", async (context) => {
  const program = run(context, 'ends', ['--', node, serverProgram, 'mine']);
  await program.says('ready:');
  const port = portOf(program);
  await fetch(`http://127.0.0.1:${port}/exit`).catch(() => {});
  expect(await program.exited).toBe(9);
  expect(await manager.request('orders', 'ends')).toBe('baseline');
});

test.concurrent('a second signal ends everything at once', async (context) => {
  const program = run(context, 'twice', ['--', node, serverProgram, 'stubborn']);
  await program.says('ready:');
  const port = portOf(program);
  program.kill('SIGTERM');
  await until(async () => (await manager.request('orders', 'twice')) === 'baseline');
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
  await until(() => isRefused(port));
});

test.concurrent('what a package script starts is stopped with it', async (context) => {
  const program = run(context, 'script', ['--', 'sh', '-c', `"${node}" "${serverProgram}" mine; true`]);
  await program.says('ready:');
  const port = portOf(program);
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
  await until(() => isRefused(port));
});

test.concurrent('a command that ignores PORT is found by where it listens', async (context) => {
  await using other = await openFreePort();
  const program = run(context, 'ignores', ['--', node, serverProgram, 'mine', String(other.port)]);
  await program.says('ready:');
  expect(program.stderr).toContain(`the command does not heed PORT; it listens at 127.0.0.1:${other.port}`);
  expect(JSON.parse(await manager.request('orders', 'ignores'))).toMatchObject({ name: 'mine' });
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
});

test.concurrent('two ports that could be meant are refused by name, and the command is stopped', async (context) => {
  await using a = await openFreePort();
  await using b = await openFreePort();
  const program = run(context, 'two', ['--', node, serverProgram, 'mine', String(a.port), String(b.port)]);
  expect(await program.exited).toBe(125);
  const [low, high] = [a.port, b.port].toSorted((x, y) => x - y);
  expect(program.stderr).toContain(
    `error: The command listens on several ports (127.0.0.1:${low}, 127.0.0.1:${high}), and none is the one that PORT asked for.\n  Say which one should answer your requests: --port ${low}.\n`,
  );
  expect(await isRefused(a.port)).toBe(true);
});

test.concurrent('PORT of the environment is taken; --port is stronger', async (context) => {
  await using a = await openFreePort();
  await using b = await openFreePort();
  const program = run(context, 'ports', ['--port', String(a.port), '--', node, serverProgram, 'mine'], { PORT: String(b.port) });
  await program.says(`reach localhost:${a.port}`);
  program.kill('SIGTERM');
  await program.exited;
  const second = run(context, 'ports', ['--', node, serverProgram, 'mine'], { PORT: String(b.port) });
  await second.says(`reach localhost:${b.port}`);
  second.kill('SIGTERM');
  await second.exited;
});

test.concurrent('without a command the process runs elsewhere; a stop is 128 and the signal', async (context) => {
  await using app = await openFreePort('beside');
  const program = run(context, 'beside', ['--port', String(app.port)]);
  await program.says('ready:');
  expect(await manager.request('orders', 'beside')).toBe('beside');
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
  expect(program.stderr).not.toContain('error');
});

test.concurrent("as data: one document on standard output, the command's own output beside it", async (context) => {
  const program = run(context, 'json', [
    '-o',
    'json',
    '-q',
    '--when-away',
    'baseline',
    '--lifetime',
    '1h',
    '--',
    node,
    serverProgram,
    'polite',
  ]);
  await until(() => program.stdout !== '', { timeoutMs: 30_000 });
  program.kill('SIGTERM');
  expect(await program.exited).toBe(7);
  expect(program.stderr).toBe('SIGTERM\n');
  const document = JSON.parse(program.stdout);
  expect(document).toMatchObject({
    id: 'orders.http.json',
    service: 'orders',
    port: 'http',
    key: 'json',
    owner: 'json',
    whenAway: 'baseline',
    listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    local: expect.stringMatching(/^localhost:\d+$/),
    headers: { 'x-intercept-id': 'json', baggage: 'intercept=json' },
  });
  expect(Date.parse(document.expiresAt) - Date.now()).toBeLessThan(3_600_001);
});

test.concurrent('`down` ends it: the command stops, exit code 3', async (context) => {
  const program = run(context, 'down', ['--', node, serverProgram, 'mine']);
  await program.says('ready:');
  const env = { INTERCEPT_MANAGER: manager.url, INTERCEPT_USER: 'down', INTERCEPT_KEY: 'down' };
  expect(await runIntercept(['down', 'orders'], { env })).toEqual({ code: 0, stdout: 'removed orders (key down)\n', stderr: '' });
  expect(await program.exited).toBe(3);
  expect(program.stderr).toContain('error: The intercept of orders with the key "down" was removed.\n');
  expect(await runIntercept(['down', 'orders'], { env })).toEqual({ code: 0, stdout: 'nothing of yours to remove\n', stderr: '' });
});

test.concurrent('the end of its lifetime ends it', async (context) => {
  const program = run(context, 'expires', ['--lifetime', '1s', '--', node, serverProgram, 'mine']);
  expect(await program.exited).toBe(3);
  expect(program.stderr).toContain('error: The intercept of orders with the key "expires" reached the end of its lifetime.\n');
});

test.concurrent('the key is saved, and the next command has it', async (context) => {
  await using home = await openFolder();
  await using app = await openFreePort('saved');
  const env = { INTERCEPT_MANAGER: manager.url, XDG_CONFIG_HOME: home.path };
  const program = start(context, ['run', 'orders', '--port', String(app.port), '--key', 'Saved_1@example'], env);
  await program.says('ready:');
  const file = join(home.path, 'switchyard', 'config.yaml');
  expect(program.stderr).toContain(`your key "saved-1" is saved in ${file}\n`);
  expect(await readFile(file, 'utf8')).toBe('apiVersion: switchyard.dev/v1\nkind: User\nkey: saved-1\n');
  expect(await runIntercept(['key'], { env })).toEqual({ code: 0, stdout: 'saved-1\n', stderr: '' });
  program.kill('SIGTERM');
  await program.exited;
});

test('kill -9 of the manager: the session comes back by itself within 2 s', async (context) => {
  await using own = await openManagerProgram();
  await using app = await openFreePort('back');
  const program = start(context, ['run', 'orders', '--port', String(app.port)], { INTERCEPT_MANAGER: own.url });
  await program.says('ready:');
  expect(await own.request('orders', 'alice')).toBe('back');
  await own.kill();
  await program.says('went away');
  await own.restart();
  const restartedMs = performance.now();
  await until(() =>
    own.request('orders', 'alice').then(
      (body) => body === 'back',
      () => false,
    ),
  );
  expect(performance.now() - restartedMs).toBeLessThan(2_000);
  await program.says('back at');
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
});

test('kill -9 of intercept: the next run takes the intercept over at once', async (context) => {
  await using app = await openFreePort('second');
  const args = ['--port', String(app.port)];
  const first = run(context, 'killed', args);
  await first.says('ready:');
  first.kill('SIGKILL');
  await first.exited.catch(() => {});
  const second = run(context, 'killed', args);
  await second.says('ready:');
  expect(await manager.request('orders', 'killed')).toBe('second');
  second.kill('SIGTERM');
  expect(await second.exited).toBe(143);
});

test('kill -9 of intercept: its command, and what that started, is stopped too', async (context) => {
  const program = run(context, 'orphans', ['--', 'sh', '-c', `"${node}" "${serverProgram}" mine; true`]);
  await program.says('ready:');
  const port = portOf(program);
  expect(await isRefused(port)).toBe(false);
  program.kill('SIGKILL');
  await until(() => isRefused(port), { timeoutMs: 2_000 });
});

test.concurrent('a shorter lifetime than was asked for is said', async (context) => {
  await using app = await openFreePort('app');
  const program = run(context, 'granted', ['--port', String(app.port), '--lifetime', '300h']);
  await program.says('ready:');
  expect(program.stderr).toMatch(/ {2}expires {2}.+ \(in 8h; the manager grants at most 8h\)\n/);
  program.kill('SIGTERM');
  await program.exited;
  const brief = run(context, 'granted', ['--port', String(app.port), '--lifetime', '20s']);
  await brief.says('ready:');
  expect(brief.stderr).toMatch(/ {2}expires {2}.+ \(in (?:20|19)s\)\n/);
  brief.kill('SIGTERM');
  await brief.exited;
});
