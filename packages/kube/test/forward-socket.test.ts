import { existsSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { InterceptError, silentLog } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { until, watchLeaks } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForwardSocket, type ForwardSocket, type ForwardSocketOptions } from '../src/index.ts';
import { openFakeForwardServer, type FakeForwardServer } from './fake-forward-server.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

function open(server: FakeForwardServer, options: Partial<ForwardSocketOptions> = {}): Promise<ForwardSocket> {
  return openForwardSocket(
    { clock: createSystemClock(), log: silentLog, client: server.client },
    { namespace: 'shop', port: 7480, folder: tmpdir(), pickPod: async () => 'manager-0', ...options },
  );
}

function enter({ path }: ForwardSocket): Socket {
  return connect({ path });
}

/** Echoes until the other end is done, and closes as the kubelet does. */
function echo(server: FakeForwardServer): void {
  server.onForward((forward) => {
    forward.socket.on('message', (message: Buffer) => {
      if (message.toString() === '\0bye') forward.socket.close(1000);
      else forward.send(0, message.subarray(1));
    });
  });
}

test('nobody else may enter its folder, and nothing is left of it', async () => {
  await using server = await openFakeForwardServer();
  const socket = await open(server);
  expect(statSync(dirname(socket.path)).mode & 0o777).toBe(0o700);
  expect(decodeURIComponent(socket.url.pathname)).toBe(socket.path);
  expect(socket.url.protocol).toBe('unix:');
  await socket[Symbol.asyncDispose]();
  expect(existsSync(dirname(socket.path))).toBe(false);
});

test('each connection is a port-forward of its own, to the pod that is picked then', async () => {
  await using server = await openFakeForwardServer();
  echo(server);
  const pods = ['manager-0', 'manager-1'];
  await using socket = await open(server, { pickPod: async () => pods[server.forwards.length] ?? 'none' });
  for (const pod of pods) {
    const local = enter(socket);
    local.write('hello');
    expect(String((await once(local, 'data'))[0])).toBe('hello');
    local.write('bye');
    expect(await text(local)).toBe('');
    local.end();
    expect(server.forwards.at(-1)?.url).toContain(pod);
  }
});

test('a half that ends here is an end there, and the answer still comes', async () => {
  await using server = await openFakeForwardServer();
  server.onForward((forward) => {
    forward.socket.on('message', () => {
      forward.send(0, 'the answer');
      forward.socket.close(1000);
    });
  });
  await using socket = await open(server);
  const local = connect({ path: socket.path, allowHalfOpen: true });
  local.end('question');
  expect(await text(local)).toBe('the answer');
});

test('a connection that goes away takes its port-forward with it', async () => {
  await using server = await openFakeForwardServer();
  echo(server);
  await using socket = await open(server);
  const local = enter(socket);
  local.write('hello');
  await once(local, 'data');
  local.destroy();
  await until(() => server.forwards[0]?.closed !== undefined);
  expect(socket.lastError).toBeUndefined();
});

test('a failure closes the connection and is remembered until one works', async () => {
  await using server = await openFakeForwardServer();
  echo(server);
  let failure: InterceptError | undefined = new InterceptError('manager_not_installed', 'No manager is ready.');
  await using socket = await open(server, { pickPod: async () => (failure === undefined ? 'manager-0' : Promise.reject(failure)) });
  await once(enter(socket).resume(), 'close');
  expect(socket.lastError).toBe(failure);
  failure = undefined;
  server.refuse(403, '{"kind":"Status","message":"forbidden"}');
  await once(enter(socket).resume(), 'close');
  expect(socket.lastError).toMatchObject({ code: 'not_allowed' });
  server.refuse(undefined);
  const local = enter(socket);
  local.write('hello');
  await once(local, 'data');
  expect(socket.lastError).toBeUndefined();
  server.forwards[0]?.socket.terminate();
  await once(local.resume(), 'close');
  expect(socket.lastError).toMatchObject({ code: 'tunnel_lost' });
});

test('it takes 16 connections at a time [kube.connections]', async () => {
  await using server = await openFakeForwardServer();
  await using socket = await open(server);
  const locals = Array.from({ length: 17 }, () => enter(socket).resume());
  await until(() => locals.filter(({ closed }) => closed).length === 1 && server.forwards.length === 16);
  for (const local of locals) local.destroy();
});

test('dispose ends what it carries and what it opens', async () => {
  await using server = await openFakeForwardServer();
  let picking = 0;
  const socket = await open(server, {
    pickPod: (signal) =>
      new Promise((resolve, reject) => {
        if (picking++ === 0) resolve('manager-0');
        else signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  });
  const locals = [enter(socket), enter(socket)];
  await until(() => picking === 2 && server.forwards.length === 1);
  const closed = locals.map((local) => once(local.resume(), 'close'));
  await socket[Symbol.asyncDispose]();
  await Promise.all(closed);
  await until(() => server.forwards[0]?.closed !== undefined);
});

test('a folder that is none', async () => {
  await using server = await openFakeForwardServer();
  await expect(open(server, { folder: join(tmpdir(), 'no-such-folder') })).rejects.toMatchObject({ code: 'bad_config' });
});
