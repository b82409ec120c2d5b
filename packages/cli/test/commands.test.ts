import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openFolder, openFreePort, openManagerProgram, startIntercept, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;
let orders: { readonly port: number };
let shop: { readonly port: number };

beforeAll(async () => {
  manager = stack.use(await openManagerProgram());
  orders = stack.use(await openFreePort('my orders'));
  shop = stack.use(await openFreePort('my shop'));
});
afterAll(() => stack.disposeAsync());

function intercept(user: string, ...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(argv, { env: { INTERCEPT_USER: user, INTERCEPT_MANAGER: manager.url } });
}

test('nothing is there to begin with', async () => {
  expect(await intercept('alice', 'list')).toEqual({ code: 0, stdout: 'nobody intercepts anything\n', stderr: '' });
  expect(await intercept('alice', 'list', '-o', 'json')).toEqual({ code: 0, stdout: '{"intercepts":[]}\n', stderr: '' });
  expect(await intercept('alice', 'down', '--all')).toEqual({ code: 0, stdout: 'nothing of yours to remove\n', stderr: '' });
  expect(await intercept('alice', 'status', '--quiet')).toEqual({ code: 3, stdout: '', stderr: '' });
  const { stdout } = await intercept('alice', 'status', '-o', 'plain');
  expect(stdout).toMatch(/^orders\thttp\t127\.0\.0\.1:\d+\t127\.0\.0\.1:\d+\tauto\t\nshop\thttp\t.*\nshop\tadmin\t.*\n$/);
});

test('the project file brings several services up; list, status and down know them', async ({ onTestFinished }) => {
  await using project = await openFolder();
  await project.write(
    'intercept.yaml',
    `apiVersion: switchyard.dev/v1
kind: Intercepts
manager: ${manager.url}
key: '{{ user }}-team'
intercepts:
  - { service: orders, local: ${orders.port} }
  - { service: shop, port: http, local: "127.0.0.1:${shop.port}", whenAway: baseline, lifetime: 1h }
`,
  );
  const up = startIntercept(['up', '-o', 'json'], { cwd: project.path, env: { INTERCEPT_USER: 'alice' } });
  onTestFinished(() => up.kill('SIGKILL'));
  await vi.waitFor(() => expect(up.stdout).not.toBe(''), { timeout: 30_000 });
  expect(JSON.parse(up.stdout)).toMatchObject({
    intercepts: [
      { id: 'orders.http.alice-team', service: 'orders', local: `localhost:${orders.port}`, whenAway: 'fail' },
      { id: 'shop.http.alice-team', service: 'shop', local: `127.0.0.1:${shop.port}`, whenAway: 'baseline' },
    ],
  });
  expect(await manager.request('orders', 'alice-team')).toBe('my orders');
  expect(await manager.request('shop', 'alice-team')).toBe('my shop');
  expect(await manager.request('orders', 'alice')).toBe('baseline');

  const listed = await intercept('bob', 'list');
  expect(listed.stdout).toMatch(
    /^SERVICE +PORT +KEY +OWNER +SESSION +AGE +EXPIRES +MACHINE\norders +http +alice-team +alice +ready +\d+s +in (?:8h|7h59m) +\S+\nshop +http +alice-team +alice +ready +\d+s +in (?:1h|59m) +\S+\n$/,
  );
  expect((await intercept('bob', 'list', '-o', 'plain')).stdout).toMatch(
    /^orders\thttp\talice-team\talice\tready\t[\d-]+T[\d:.]+Z\t[\d-]+T[\d:.]+Z\t\S+\t\t\nshop\t/,
  );
  const data = JSON.parse((await intercept('alice', 'list', '-o', 'json')).stdout);
  expect(data.intercepts).toMatchObject([
    { id: 'orders.http.alice-team', mine: true, session: 'ready' },
    { id: 'shop.http.alice-team', mine: true },
  ]);

  expect((await intercept('alice', 'status', 'orders')).stdout).toMatch(
    /^manager http:.*\nSERVICE .* MINE\norders +http .* alice-team \(ready\)\n$/,
  );
  expect((await intercept('alice', 'status', 'orders', '-q')).code).toBe(0);
  expect((await intercept('bob', 'status', 'orders', '-q')).code).toBe(3);

  expect((await intercept('bob', 'down', 'orders', '--key', 'alice-team')).stdout).toBe('nothing of yours to remove\n');
  expect((await intercept('alice', 'down', '--all', 'shop', '-o', 'json')).stdout).toBe(
    '{"removed":[{"id":"shop.http.alice-team","service":"shop","port":"http","key":"alice-team"}]}\n',
  );
  await up.says('warning: The intercept of shop with the key "alice-team" was removed.');
  expect(await manager.request('orders', 'alice-team')).toBe('my orders');
  expect((await intercept('alice', 'down', '--all')).stdout).toBe('removed orders (key alice-team)\n');
  expect(await up.exited).toBe(3);
});

test('arguments of up are stronger than the project file, and complete it', async ({ onTestFinished }) => {
  await using project = await openFolder();
  await project.write(
    'intercept.yaml',
    `apiVersion: switchyard.dev/v1\nkind: Intercepts\nintercepts: [{ service: shop, port: http, local: 1 }]\n`,
  );
  const env = { INTERCEPT_USER: 'carol', INTERCEPT_MANAGER: manager.url };
  const up = startIntercept(['up', `shop=${shop.port}`], { cwd: project.path, env });
  onTestFinished(() => up.kill('SIGKILL'));
  await up.says('ready: requests for shop');
  expect(await manager.request('shop', 'carol')).toBe('my shop');
  up.kill('SIGINT');
  expect(await up.exited).toBe(130);
  expect(await manager.request('shop', 'carol')).toBe('baseline');
});

test('what up needs is said', async () => {
  await using project = await openFolder();
  const run = (...argv: readonly string[]): Promise<Outcome> =>
    runInProcess(argv, { cwd: project.path, env: { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url } });
  expect(await run('up')).toMatchObject({
    code: 2,
    stderr:
      'error: There is no intercept.yaml here, so that nothing says what to intercept.\n  Name services and ports: intercept up orders=3000.\n',
  });
  expect(await run('up', 'orders')).toMatchObject({
    code: 2,
    stderr: 'error: Nothing says where your process for orders listens.\n  Write orders=PORT, or `local: PORT` in intercept.yaml.\n',
  });
  await project.write('intercept.yaml', 'apiVersion: switchyard.dev/v1\nkind: Intercepts\n');
  const empty = await run('up');
  expect(empty.stderr).toContain(`${join(project.path, 'intercept.yaml')} lists no intercepts`);
  expect(await run('config', 'validate')).toMatchObject({ code: 0, stdout: expect.stringMatching(/ is right: 0 intercepts\n$/) });
  await project.write('intercept.yaml', 'apiVersion: switchyard.dev/v1\nkind: Intercepts\nintercepts: [{ service: orders }]\n');
  expect(await run('config', 'validate')).toMatchObject({ code: 0, stdout: expect.stringMatching(/ is right: 1 intercept\n$/) });
});
