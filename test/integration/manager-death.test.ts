import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRawClient, openStrictOrigin, until, type RawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { findFreePort, openProgram, type Program } from '../support/programs.ts';
import { openDeveloper, type Developer } from '../support/test-system.ts';

checkLeaks();

/** Asks over a fresh connection; undefined while nobody answers. */
async function askOnce(port: number, key: string): Promise<string | undefined> {
  let client: RawClient | undefined;
  try {
    client = await openRawClient(port);
    client.send(`GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: ${key}\r\n\r\n`);
    return (await client.readResponse()).header('x-origin');
  } catch {
    return undefined;
  } finally {
    await client?.[Symbol.asyncDispose]();
  }
}

async function openManagerProgram(file: string): Promise<Program> {
  const program = openProgram('packages/manager/src/main.ts', ['--config', file]);
  await program.untilPrinted('ready');
  return program;
}

test(
  'kill -9 of the manager: agents come back by themselves, and traffic flows within 2 s of its restart',
  { timeout: 40_000 },
  async () => {
    await using scope = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
    scope.defer(() => rm(folder, { recursive: true }));
    const baseline = scope.use(await openStrictOrigin({ name: 'baseline' }));
    const [apiPort, healthPort, servicePort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const file = join(folder, 'manager.yaml');
    await writeFile(
      file,
      `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${apiPort}
health: 127.0.0.1:${healthPort}
services:
  - name: orders
    ports: [{ name: http, listen: "127.0.0.1:${servicePort}", origin: "127.0.0.1:${baseline.port}" }]
`,
    );
    const first = scope.use(await openManagerProgram(file));
    const developers: Developer[] = [];
    for (const key of ['alice', 'bob']) developers.push(scope.use(await openDeveloper(apiPort, { key })));
    expect(await askOnce(servicePort, 'alice')).toBe('alice');

    for (const developer of developers) expect(developer.agent.intercepts.length).toBe(1);
    await first.kill();
    await until(() => developers.every(({ events }) => events.some((event) => event.t === 'reconnecting')));
    scope.use(await openManagerProgram(file));
    const restarted = performance.now();
    for (const key of ['alice', 'bob']) {
      await until(async () => (await askOnce(servicePort, key)) === key, { timeoutMs: 5000, about: `${key} to be routed again` });
    }
    expect(performance.now() - restarted).toBeLessThan(2000);
  },
);
