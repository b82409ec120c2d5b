import { openEchoServer, until } from '@switchyard/testkit';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test, vi, type TestContext } from 'vitest';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

/** A process of its own starts slowly where many do. */
const startMs = 20_000;
vi.setConfig({ testTimeout: 2 * startMs });

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], input = ''): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'pipe' });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

/** Of tests that run at the same time, only the context knows which one has finished. */
async function writeConfig({ onTestFinished }: TestContext, settings: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'manager.yaml');
  await writeFile(file, `apiVersion: switchyard.dev/v1\nkind: Manager\n${settings}`);
  return file;
}

const service = 'services: [{ name: orders, ports: [{ name: http, listen: "127.0.0.1:0", origin: "127.0.0.1:1" }] }]\n';

test.concurrent('a mistake in the configuration is shown with file, line and remedy; exit code 2', async (context) => {
  const file = await writeConfig(context, `heath: 127.0.0.1:0\n${service}`);
  expect(await run(['--config', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${file}:3:1: unknown key "heath"; did you mean "health"?\n`,
  });
});

test.concurrent('a port in use is named; exit code 1', async (context) => {
  await using other = await openEchoServer();
  const file = await writeConfig(context, `listen: 127.0.0.1:0\nhealth: 127.0.0.1:${other.port}\n${service}`);
  const { code, stderr } = await run(['--config', file]);
  expect(code).toBe(1);
  expect(stderr).toContain(`error: The health listener cannot listen at 127.0.0.1:${other.port}: another program listens there already.\n`);
});

test.concurrent('it says where it listens, and SIGTERM ends it in order', async (context) => {
  const file = await writeConfig(context, `listen: 127.0.0.1:0\nhealth: 127.0.0.1:0\n${service}`);
  const child = spawn(process.execPath, [program, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk;
  });
  await until(() => log.includes('"event":"ready"'), { timeoutMs: startMs });
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(lines).toMatchObject([
    {
      event: 'service_listening',
      service: 'orders',
      port: 'http',
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      baseline: '127.0.0.1:1',
    },
    { event: 'ready', level: 'info', name: 'switchyard-manager', api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    { event: 'stopping' },
  ]);
});

test.concurrent('a token is hashed from standard input, and a short one is refused', async () => {
  const hashed = await run(['hash-token'], '0123456789abcdef0123456789abcdef\n');
  // printf 0123456789abcdef0123456789abcdef | sha256sum
  expect(hashed).toMatchObject({ code: 0, stdout: 'sha256:3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9\n' });
  expect(await run(['hash-token'], 'hunter2')).toMatchObject({ code: 2, stdout: '', stderr: expect.not.stringContaining('hunter2') });
});

test.concurrent('in a cluster the pod says who and where the manager is; exit code 2 where it does not', async () => {
  expect(await run(['--role', 'all'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      "error: POD_IP is not set, and a manager in a cluster needs it.\nLet the pod's environment have it from the field status.podIP.\n",
  });
});
