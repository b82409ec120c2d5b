import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createFakeClock, until } from '@switchyard/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openFolder, openFreePort, openManagerProgram, serverProgram, type Folder, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;
let folder: Folder;
/** A port where nothing listens. */
let nobody: { readonly port: number };

beforeAll(async () => {
  manager = stack.use(await openManagerProgram());
  folder = stack.use(await openFolder());
  nobody = stack.use(await openFreePort());
});
afterAll(() => stack.disposeAsync());

test.for([
  ['a command that is not there', ['/nonexistent/program'], 127, 'The command "/nonexistent/program" was not found.'],
  ['a command that cannot be executed', [serverProgram], 126, `The command "${serverProgram}" cannot be executed.`],
  ['a command that ends at once', ['sh', '-c', 'exit 4'], 4, 'The command ended (exit code 4) before it listened on a port.'],
  ['a command that ends at once and calls it success', ['true'], 125, 'The command ended (exit code 0) before it listened on a port.'],
] as const)('%s', async ([, command, exit, message]) => {
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url, PATH: process.env['PATH'] ?? '' };
  const { code, stderr } = await runInProcess(['run', 'orders', '-q', '--', ...command], { env, cwd: folder.path });
  expect({ code, first: stderr.split('\n', 1)[0] }).toEqual({ code: exit, first: `error: ${message}` });
});

test('a command that ends while its intercept is registered is not said to have never listened', async () => {
  // The first connection asks the manager; the second, the session, is never answered.
  let connections = 0;
  const relay = createServer((socket) => {
    socket.on('error', () => {});
    if (++connections > 1) return;
    const onward = connect(Number(new URL(manager.url).port), '127.0.0.1').on('error', () => {});
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: `http://127.0.0.1:${port}`, PATH: process.env['PATH'] ?? '' };
  const argv = ['run', 'orders', '-q', '--', process.execPath, serverProgram, 'brief'];
  const { code, stderr } = await runInProcess(argv, { env, cwd: folder.path });
  relay.close();
  expect(stderr).toBe('error: The command ended (exit code 4) before its intercept was registered.\n  Its own output says why.\n');
  expect(code).toBe(4);
});

test('a command that never listens is stopped when the time is over', async () => {
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url, PATH: process.env['PATH'] ?? '' };
  const argv = [
    'run',
    'orders',
    '-q',
    '--timeout',
    '300ms',
    '--port',
    String(nobody.port),
    '--',
    process.execPath,
    serverProgram,
    'silent',
  ];
  const { code, stderr } = await runInProcess(argv, { env, cwd: folder.path });
  expect(code).toBe(125);
  expect(stderr).toBe(
    `error: The command runs, but nothing listens at localhost:${nobody.port} after 300ms.\n  Name the port where it listens with --port N, or give it more time with --timeout.\n`,
  );
});

test('without --timeout a command has a minute until it listens [cli.listenMs]', async () => {
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url, PATH: process.env['PATH'] ?? '' };
  const clock = createFakeClock();
  const command = ['--', 'sh', '-c', ': > started; exec sleep 60'];
  let outcome: Outcome | undefined;
  const argv = ['run', 'orders', '-q', '--port', String(nobody.port), ...command];
  void runInProcess(argv, { env, cwd: folder.path, clock }).then((done) => (outcome = done));
  await until(() => existsSync(join(folder.path, 'started')) || outcome !== undefined);
  const startMs = clock.now();
  while (outcome === undefined) {
    clock.advance(500);
    await setImmediate();
  }
  expect(outcome).toMatchObject({ code: 125, stderr: expect.stringContaining(`nothing listens at localhost:${nobody.port} after 1m.`) });
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(60_000);
});
