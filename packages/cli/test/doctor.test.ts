import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Result } from '../src/doctor/examine.ts';
import { openFolder, openFreePort, openManagerProgram, type ManagerProgram } from './programs.ts';
import { runInProcess } from './run-in-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;

beforeAll(async () => {
  manager = stack.use(await openManagerProgram());
});
afterAll(() => stack.disposeAsync());

/** What `doctor` finds: by the check's id, its state, then what it says and what to do. */
async function examine(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = '/',
): Promise<{ readonly code: number; readonly found: ReadonlyMap<string, Result> }> {
  const { code, stdout } = await runInProcess(['doctor', '-o', 'json', ...argv], {
    env: { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url, ...env },
    cwd,
  });
  const { ok, checks }: { ok: boolean; checks: readonly Result[] } = JSON.parse(stdout);
  expect(ok).toBe(code === 0);
  for (const { state, says, todo } of checks) {
    expect(says).not.toMatch(/\.$/);
    expect(todo !== undefined).toBe(state === 'warn' || state === 'fail');
  }
  return { code, found: new Map(checks.map((result) => [result.id, result])) };
}

test('all is well', async () => {
  await using local = await openFreePort('mine');
  const { code, found } = await examine(['orders'], { PORT: String(local.port) });
  expect([code, [...found.values()].filter(({ state }) => state === 'fail')]).toEqual([0, []]);
  expect(found.get('node')).toMatchObject({ state: 'ok', says: process.versions.node });
  expect(found.get('manager')).toMatchObject({
    state: 'ok',
    says: expect.stringMatching(/^version 0\.1\.0, at 127\.0\.0\.1:\d+, \d+\.\d ms/),
  });
  expect(found.get('clock')).toMatchObject({ state: 'ok' });
  expect(found.get('token')).toMatchObject({ state: 'ok', says: expect.stringContaining('alice') });
  expect(found.get('key')).toMatchObject({ state: 'ok', says: 'alice (from your name)' });
  expect(found.get('service')).toMatchObject({ state: 'ok', says: expect.stringMatching(/^http \(auto\) at 127/) });
  expect(found.get('local-port')).toMatchObject({ state: 'ok', says: expect.stringContaining(`localhost:${local.port}`) });
  expect(found.get('rights')).toMatchObject({ state: 'skipped', says: 'only in a cluster' });
});

test('for people, what to do stands under what is wrong', async () => {
  const { code, stdout } = await runInProcess(['doctor', 'oders'], { env: { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url } });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^fail +service +There is no service "oders" at this manager\n {15,}Did you mean "orders"\?/m);
});

test('without a manager, what needs one is skipped and says so', async () => {
  const { code, found } = await examine(['orders'], { INTERCEPT_MANAGER: 'http://127.0.0.1:1' });
  expect([code, found.get('manager')]).toMatchObject([1, { state: 'fail', says: expect.stringContaining('nothing listens') }]);
  const others = ['clock', 'token', 'key', 'service', 'intercept'].map((id) => found.get(id));
  expect(others).toEqual(others.map(() => expect.objectContaining({ state: 'skipped' })));
});

test('a file with a mistake is named with its line', async () => {
  await using folder = await openFolder();
  await folder.write('intercept.yaml', 'apiVersion: switchyard.dev/v1\nkind: Intercepts\nkee: alice\n');
  const { code, found } = await examine([], {}, folder.path);
  expect([code, found.get('files')]).toMatchObject([1, { state: 'fail', says: expect.stringContaining('intercept.yaml:3:1') }]);
  expect(found.get('manager')).toMatchObject({ state: 'skipped' });
});

test('a name that everybody has is no key', async () => {
  const { found } = await examine([], { INTERCEPT_USER: 'root' });
  expect(found.get('key')).toMatchObject({ state: 'fail', todo: expect.stringContaining('--key') });
});

test('a process that listens at another address, and one that does not listen at all', async () => {
  // Of those that no system gives away: another test may have a free one at 127.0.0.1.
  const server = createServer().listen(randomInt(20_000, 30_000), '127.0.0.9');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect((await examine(['orders'], { PORT: String(port) })).found.get('local-port')).toMatchObject({
    state: 'fail',
    says: expect.stringMatching(
      new RegExp(
        `^nothing answers at localhost:${port}, though port ${port} is in use: \\S.* \\(process ${process.pid}\\) at 127\\.0\\.0\\.9$`,
      ),
    ),
    todo: `Let it listen at 127.0.0.1, or name its address: local: 127.0.0.9:${port}.`,
  });
  server.close();
  await once(server, 'close');
  expect((await examine(['orders'], { PORT: String(port) })).found.get('local-port')).toMatchObject({ state: 'warn' });
});

test('proxies that apply, and that do not; a password in one is not shown', async () => {
  expect((await examine([], { HTTP_PROXY: 'http://me:secret@proxy.corp:3128' })).found.get('proxy')).toMatchObject({
    state: 'ok',
    says: expect.stringMatching(/^none for 127\.0\.0\.1:\d+, though there is HTTP_PROXY$/),
  });
  const far = { INTERCEPT_MANAGER: 'http://manager.corp.invalid:7480', HTTP_PROXY: 'http://me:secret@127.0.0.1:1' };
  const { found } = await examine([], far);
  expect(JSON.stringify([...found])).not.toContain('secret');
});

test('OpenTelemetry that would drop keys', async () => {
  expect((await examine([], { OTEL_PROPAGATORS: 'tracecontext' })).found.get('propagation')).toMatchObject({ state: 'warn' });
  expect((await examine([], { OTEL_PROPAGATORS: 'tracecontext,baggage' })).found.get('propagation')).toMatchObject({ state: 'ok' });
});

test('sign-in with a token: none, a wrong one, the right one', async () => {
  // printf right | sha256sum
  await using locked = await openManagerProgram(
    '{ mode: token, users: [{ name: alice, token: "sha256:27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9" }] }',
  );
  const look = async (env: Readonly<Record<string, string>>) =>
    (await examine([], { INTERCEPT_MANAGER: locked.url, ...env })).found.get('token');
  expect(await look({})).toMatchObject({ state: 'fail', todo: expect.stringContaining('--token-file') });
  expect(await look({ INTERCEPT_TOKEN: 'wrong' })).toMatchObject({ state: 'fail', says: expect.stringContaining('environment') });
  expect(await look({ INTERCEPT_TOKEN: 'right' })).toMatchObject({ state: 'ok', says: 'alice, by the token from the environment' });
});
