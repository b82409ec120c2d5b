import { openAgent, type Agent } from '@switchyard/agent';
import { InterceptError, parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { plainSpec, until } from '@switchyard/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openManagerProgram, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;

beforeAll(async () => {
  manager = stack.use(await openManagerProgram());
  for (const owner of ['alice', 'bob']) {
    const agent = await open(owner);
    await agent[Symbol.asyncDispose]();
  }
});
afterAll(() => stack.disposeAsync());

function open(owner: string): Promise<Agent> {
  const spec = {
    ...plainSpec,
    service: parseServiceName('orders'),
    key: parseRoutingKey(owner),
  } as const;
  return openAgent(
    { clock: createSystemClock(), log: silentLog },
    {
      url: new URL(manager.url),
      owner,
      client: 'laptop',
      token: undefined,
      intercepts: [{ spec, deliver: { host: '127.0.0.1', port: 9 } }],
      onEvent: () => {},
      signal: AbortSignal.timeout(30_000),
    },
  );
}

function intercept(...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(argv, { env: { INTERCEPT_USER: 'alice', INTERCEPT_MANAGER: manager.url } });
}

test('logs shows what happened to mine, in words and as data', async () => {
  const { stdout, code } = await intercept('logs');
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\d\d:\d\d(?::\d\d)?/g, 'T')).toBe(
    [
      'T alice is connected from laptop.',
      'T "alice" on orders reaches alice (laptop) until T UTC.',
      'T "alice" on orders ended: it was removed.',
      'T The session of alice from laptop left.',
      '',
    ].join('\n'),
  );
  const { events } = JSON.parse((await intercept('logs', 'orders', '-o', 'json')).stdout);
  expect(events.map(({ type, key }: { type: string; key: string }) => [type, key])).toEqual([
    ['intercept_created', 'alice'],
    ['intercept_ended', 'alice'],
  ]);
  expect((await intercept('logs', 'shop')).stdout).toBe('nothing is known to have happened\n');
});

test('everybody’s, a line each', async () => {
  const lines = (await intercept('logs', '--all', '-o', 'ndjson')).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).owner)).toEqual(['alice', 'alice', 'alice', 'alice', 'bob', 'bob', 'bob', 'bob']);
  expect((await intercept('logs', '-a', '-o', 'plain')).stdout).toMatch(
    /^\S+Z\tsession_opened\talice\t\t\t\talice is connected from laptop\.\n/,
  );
});

test('what follows has no end, and ends with the program', async () => {
  expect(await intercept('logs', '-f', '-o', 'json')).toMatchObject({ code: 2, stdout: expect.stringContaining('Use -o ndjson.') });
  const stop = new AbortController();
  let stdout = '';
  const following = runInProcess(['logs', '-f', '-o', 'ndjson', 'orders'], {
    env: { INTERCEPT_USER: 'carol', INTERCEPT_MANAGER: manager.url },
    signal: stop.signal,
    stdout: { write: (text) => (stdout += text) },
  });
  await using _agent = await open('carol');
  await until(() => stdout !== '');
  expect(JSON.parse(stdout)).toMatchObject({ type: 'intercept_created', owner: 'carol' });
  stop.abort(new InterceptError('canceled', 'Stopped.', { detail: { signal: 'SIGINT' } }));
  expect((await following).code).toBe(130);
});
