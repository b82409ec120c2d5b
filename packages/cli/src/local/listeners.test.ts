import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openEchoServer, until } from '@switchyard/testkit';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { listListeners, type Listener } from './listeners.ts';
import { findFreePort, isFree, isListening } from './reachable.ts';

/** Starts a shell in a session of its own, in which Node listens where it is told. */
async function listenersOf(script: string): Promise<readonly Listener[]> {
  const child = spawn('sh', ['-c', `"${process.execPath}" -e '${script}'; true`], { detached: true, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const pid = child.pid ?? 0;
  try {
    return await until(async () => {
      const found = (await listListeners(pid)) ?? [];
      return found.length > 0 ? found : undefined;
    }).then((found) => found ?? []);
  } finally {
    process.kill(-pid, 'SIGKILL');
    await exited;
  }
}

describe.skipIf(process.platform !== 'linux')('by /proc', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['0.0.0.0', 'localhost'],
    ['::', 'localhost'],
  ])('a grandchild that listens on %s is found at %s', async (host, expected) => {
    const port = await findFreePort();
    expect(await listenersOf(`require("node:net").createServer().listen(${port}, "${host}")`)).toEqual([{ host: expected, port }]);
  });

  test('one port on both loopback addresses is one listener', async () => {
    const port = await findFreePort();
    const script = `const net = require("node:net"); net.createServer().listen(${port}, "127.0.0.1", () => net.createServer().listen(${port}, "::1")); net.createServer().listen(0)`;
    await until(async () => {
      const found = await listenersOf(script);
      return found.length === 2 && found.some((each) => each.host === 'localhost' && each.port === port);
    });
  });

  test('sockets of other processes are not ours', async () => {
    const port = await findFreePort();
    const found = await listenersOf(`require("node:net").createServer().listen(${port})`);
    expect(found).toEqual([{ host: 'localhost', port }]);
    expect(await listListeners(2 ** 22 + 1)).toBeUndefined();
  });
});

test('a free port is free until somebody listens', async () => {
  const port = await findFreePort();
  expect(await isFree(port)).toBe(true);
  expect(await isListening(createSystemClock(), { host: 'localhost', port })).toBe(false);
  const server = createServer().listen(port, '::1');
  await once(server, 'listening');
  expect(await isFree(port)).toBe(false);
  expect(await isListening(createSystemClock(), { host: 'localhost', port })).toBe(true);
  server.close();
});

test('what does not accept within a second does not listen [cli.probeMs]', async () => {
  await using echo = await openEchoServer();
  const clock = createFakeClock();
  // The connection is made in a later turn of the event loop.
  const late = isListening(clock, { host: '127.0.0.1', port: echo.port });
  clock.advance(1_000);
  expect(await late).toBe(false);
  const early = isListening(clock, { host: '127.0.0.1', port: echo.port });
  clock.advance(999);
  expect(await early).toBe(true);
  expect(clock.pending).toBe(0);
});
