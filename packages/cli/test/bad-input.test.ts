import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  openFolder,
  openFreePort,
  openManagerProgram,
  runIntercept,
  serverProgram,
  startIntercept,
  type Folder,
  type ManagerProgram,
} from './programs.ts';
import { runInProcess } from './run-in-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;
let locked: ManagerProgram;
let folder: Folder;
/** Two processes of the developer's, and a port where nothing listens. */
let app: { readonly port: number };
let other: { readonly port: number };
let nobody: { readonly port: number };

beforeAll(async () => {
  // printf 0123456789abcdef0123456789abcdef | sha256sum; bob's ends with b.
  const users = `{ mode: token, users: [
    { name: alice, token: "sha256:3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9" },
    { name: bob, token: "sha256:15ec68b57f225aeeb8c170f15f4a49d74919d7fc6c30677b879e3cbc2584f392" }] }`;
  [manager, locked] = await Promise.all([openManagerProgram(), openManagerProgram(users)]);
  stack.use(manager);
  stack.use(locked);
  folder = stack.use(await openFolder());
  app = stack.use(await openFreePort('app'));
  other = stack.use(await openFreePort('other'));
  nobody = stack.use(await openFreePort());
});
afterAll(() => stack.disposeAsync());

interface BadInput {
  readonly name: string;
  readonly argv: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  readonly exit: number;
  readonly code: string;
  readonly message: () => string;
  readonly hint: () => string;
}

const cases: readonly BadInput[] = [
  {
    name: 'unknown service, near word',
    argv: () => ['run', 'ordres', '--port', String(app.port)],
    exit: 3,
    code: 'service_not_found',
    message: () => 'There is no service "ordres" at this manager.',
    hint: () => 'Did you mean "orders"? There are: orders, shop.',
  },
  {
    name: 'unknown service in up, no near word',
    argv: () => ['up', `zebra=${app.port}`],
    exit: 3,
    code: 'service_not_found',
    message: () => 'There is no service "zebra" at this manager.',
    hint: () => 'There are: orders, shop.',
  },
  {
    name: 'unknown service in status',
    argv: () => ['status', 'payment'],
    exit: 3,
    code: 'service_not_found',
    message: () => 'There is no service "payment" at this manager.',
    hint: () => 'There are: orders, shop.',
  },
  {
    name: 'unknown port of a service',
    argv: () => ['run', 'shop', '--port', String(app.port), '--service-port', 'admni'],
    exit: 3,
    code: 'service_not_found',
    message: () => 'The service "shop" has no port "admni".',
    hint: () => 'Did you mean "admin"? There are: http, admin.',
  },
  {
    name: 'a service with several ports',
    argv: () => ['run', 'shop', '--port', String(app.port)],
    exit: 2,
    code: 'bad_usage',
    message: () => 'The service "shop" has several ports: http, admin.',
    hint: () => 'Say which one: --service-port http.',
  },
  {
    name: 'a service with several ports in up',
    argv: () => ['up', `shop=${app.port}`],
    exit: 2,
    code: 'bad_usage',
    message: () => 'The service "shop" has several ports: http, admin.',
    hint: () => 'List it with its port in intercept.yaml: { service: shop, port: http }.',
  },
  {
    name: 'a service twice in up',
    argv: () => ['up', `orders=${app.port}`, `orders=${other.port}`],
    exit: 2,
    code: 'bad_usage',
    message: () => 'orders (port http) is named more than once, but your requests for it can only go to one process.',
    hint: () => 'Name it once.',
  },
  {
    name: "the service's own address",
    argv: () => ['run', 'orders', '--port', String(manager.ordersPort)],
    exit: 2,
    code: 'bad_usage',
    message: () =>
      `localhost:${manager.ordersPort} is where the manager takes the requests for orders, so that they would go round in a circle.`,
    hint: () => 'Name the port of your own process instead.',
  },
  {
    name: "a service's own address in up",
    argv: () => ['up', `orders=127.0.0.1:${manager.ordersPort}`],
    exit: 2,
    code: 'bad_usage',
    message: () =>
      `127.0.0.1:${manager.ordersPort} is where the manager takes the requests for orders, so that they would go round in a circle.`,
    hint: () => 'Name the port of your own process instead.',
  },
  {
    name: 'port in use',
    argv: () => ['run', 'orders', '--port', String(app.port), '--', process.execPath, serverProgram, 'never'],
    exit: 1,
    code: 'port_in_use',
    message: () => `Port ${app.port} is taken by another program, so that your command could not listen there.`,
    hint: () => 'Stop that program, choose another port with --port N, or leave out the command if the program is yours.',
  },
  {
    name: 'nothing listens locally',
    argv: () => ['run', 'orders', '--port', String(nobody.port)],
    exit: 1,
    code: 'local_refused',
    message: () => `Nothing listens at localhost:${nobody.port}.`,
    hint: () => 'Start your process first, or have it started: give its command after "--".',
  },
  {
    name: 'nothing listens locally for one of several services',
    argv: () => ['up', `orders=${app.port}`, `shop=127.0.0.1:${nobody.port}`],
    exit: 1,
    code: 'local_refused',
    message: () => `Nothing listens at 127.0.0.1:${nobody.port} (for shop).`,
    hint: () => 'Start your processes first, or start one with `intercept run SERVICE -- COMMAND`.',
  },
  {
    name: 'no port and no command',
    argv: () => ['run', 'orders'],
    exit: 2,
    code: 'bad_usage',
    message: () => 'Without a command to run, the port of your process must be known.',
    hint: () => 'Give --port N, or a command after "--".',
  },
  {
    name: 'a key with nothing in it',
    argv: () => ['run', 'orders', '--port', String(app.port), '--key', '***'],
    exit: 2,
    code: 'bad_usage',
    message: () => '"***" (--key) cannot be a routing key: it has no letter or digit.',
    hint: () => 'Choose a key such as "alice" or "pr-123": --key alice.',
  },
  {
    name: 'a key that everybody has',
    argv: () => ['run', 'orders', '--port', String(app.port)],
    env: () => ({ INTERCEPT_USER: '' }),
    exit: 2,
    code: 'bad_usage',
    message: () =>
      `"root" (the name of the operating system's user) cannot be your routing key: many people have that name, so their requests would get mixed up.`,
    hint: () => 'Choose a key of your own with --key NAME, or set INTERCEPT_KEY or INTERCEPT_USER.',
  },
  {
    name: 'unreachable manager',
    argv: () => ['list', '--manager', `http://127.0.0.1:${nobody.port}`],
    exit: 1,
    code: 'manager_unreachable',
    message: () => `The manager could not be reached: nothing listens at http://127.0.0.1:${nobody.port}.`,
    hint: () => 'Start the manager, or name its address with --manager URL or INTERCEPT_MANAGER.',
  },
  {
    name: 'an address that is none',
    argv: () => ['list'],
    env: () => ({ INTERCEPT_MANAGER: 'localhost:7480' }),
    exit: 2,
    code: 'bad_usage',
    message: () => 'INTERCEPT_MANAGER: "localhost:7480" is not the address of a manager.',
    hint: () => 'Write it as http://HOST:PORT or https://HOST:PORT.',
  },
];

test.for(cases)('$name', async ({ argv, env = () => ({}), exit, code, message, hint }) => {
  const vars = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url, PATH: process.env['PATH'] ?? '', ...env() };
  const asText = await runInProcess([...argv().slice(0, 1), '-q', ...argv().slice(1)], { env: vars });
  expect(asText).toEqual({ code: exit, stdout: '', stderr: `error: ${message()}\n  ${hint()}\n` });
  const asJson = await runInProcess([...argv().slice(0, 1), '-q', '-o', 'json', ...argv().slice(1)], { env: vars });
  expect({ ...asJson, stdout: JSON.parse(asJson.stdout) }).toEqual({
    code: exit,
    stdout: { error: { code, message: message(), hint: hint() } },
    stderr: '',
  });
});

test.for([
  ['no token', {}],
  ['a wrong token', { INTERCEPT_TOKEN: 'wrong' }],
] as const)('%s: exit code 4 before anything is started', async ([, token]) => {
  const marker = join(folder.path, 'started');
  const argv = ['run', 'orders', '-o', 'json', '-q', '--', 'touch', marker];
  const { code, stdout, stderr } = await runInProcess(argv, { env: { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: locked.url, ...token } });
  expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'not_signed_in', message: expect.stringMatching(/\.$/), hint: expect.stringContaining('INTERCEPT_TOKEN') },
  });
  expect(existsSync(marker)).toBe(false);
});

test('the right token opens', async () => {
  const env = { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: locked.url, INTERCEPT_TOKEN: '0123456789abcdef0123456789abcdef' };
  expect(await runInProcess(['list', '-o', 'json'], { env })).toEqual({ code: 0, stdout: '{"intercepts":[]}\n', stderr: '' });
});

test('a conflicting key: exit code 5 before anything is started', async ({ onTestFinished }) => {
  const holder = startIntercept(['run', 'orders', '--port', String(app.port), '--key', 'taken'], {
    env: { INTERCEPT_MANAGER: manager.url, INTERCEPT_USER: 'bob' },
  });
  onTestFinished(() => holder.kill('SIGKILL'));
  await holder.says('ready:');
  const marker = join(folder.path, 'started');
  const argv = ['run', 'orders', '-q', '--key', 'taken', '--', 'touch', marker];
  const env = { INTERCEPT_MANAGER: manager.url, PATH: process.env['PATH'] ?? '' };
  const foreign = await runInProcess(argv, { env: { ...env, INTERCEPT_USER: 'alice' } });
  expect(foreign).toMatchObject({ code: 5, stdout: '' });
  expect(foreign.stderr).toMatch(
    /^error: The key "taken" belongs to bob \(.+\), who intercepts orders with it\.\n {2}Use another key \(--key\), or ask bob to stop\.\n$/,
  );
  const own = await runInProcess(argv, { env: { ...env, INTERCEPT_USER: 'bob' } });
  expect(own).toMatchObject({ code: 5, stdout: '' });
  expect(own.stderr).toMatch(/^error: You already intercept orders with the key "taken", on .+\.\n/);
  expect(existsSync(marker)).toBe(false);
  holder.kill('SIGTERM');
  expect(await holder.exited).toBe(143);
});

test('a conflicting key under tokens: the name is the one that the token proves', async ({ onTestFinished }) => {
  const bob = { INTERCEPT_MANAGER: locked.url, INTERCEPT_TOKEN: '0123456789abcdef0123456789abcdeb' };
  // What bob calls himself does not matter.
  const holder = startIntercept(['run', 'orders', '--port', String(app.port), '--key', 'held'], { env: { ...bob, INTERCEPT_USER: 'eve' } });
  onTestFinished(() => holder.kill('SIGKILL'));
  await holder.says('ready:');
  const marker = join(folder.path, 'started');
  const env = { INTERCEPT_MANAGER: locked.url, INTERCEPT_TOKEN: '0123456789abcdef0123456789abcdef', PATH: process.env['PATH'] ?? '' };
  const foreign = await runInProcess(['run', 'orders', '-q', '--key', 'held', '--', 'touch', marker], {
    env: { ...env, INTERCEPT_USER: 'bob' },
  });
  expect(foreign.code).toBe(5);
  expect(foreign.stderr).toMatch(/^error: The key "held" belongs to bob \(/);
  expect(existsSync(marker)).toBe(false);
  const listed = await runInProcess(['list', '-o', 'json'], { env: { ...bob, INTERCEPT_USER: 'eve' } });
  expect(JSON.parse(listed.stdout)).toMatchObject({ intercepts: [{ owner: 'bob', mine: true }] });
  holder.kill('SIGTERM');
  expect(await holder.exited).toBe(143);
});

test('a project file with mistakes names file, line and nearest word', async () => {
  await using project = await openFolder();
  const file = await project.write(
    'intercept.yaml',
    'apiVersion: switchyard.dev/v1\nkind: Intercepts\nintercepts:\n  - servcie: orders\n    local: 3000\n',
  );
  for (const argv of [['config', 'validate'], ['up'], ['key'], ['run', 'orders', '--port', '1']]) {
    expect(await runInProcess(argv, { cwd: project.path })).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${file} has 2 mistakes:\n  ${file}:4:5: intercepts[0].service is missing\n  ${file}:4:5: unknown key "servcie" in intercepts[0]; did you mean "service"?\n`,
    });
  }
});

test('https: with an address of numbers warns of nothing', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const { code, stderr } = await runIntercept(['list', '--manager', `https://127.0.0.1:${port}`]);
  server.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: The manager could not be reached: .*\n {2}.*\n$/);
});

test('a server that is no manager is told from one', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const { code, stderr } = await runInProcess(['list', '--manager', `http://127.0.0.1:${port}`]);
  server.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*manager.*\n/);
});
