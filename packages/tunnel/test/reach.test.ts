import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { createFakeClock, until, watchLeaks } from '@switchyard/testkit';
import { createSystemClock } from '@switchyard/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainUnreachable } from '../src/connect/explain-unreachable.ts';
import { createAccess, openManagerClient, type ManagerClient } from '../src/index.ts';
import { intercept, openAgent, openManager, service, theSession } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

/** Listens on a free port until the test is over. */
async function listen(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function ask(url: string, token?: string): ManagerClient {
  return openManagerClient({ url: new URL(url), owner: 'alice', token, clock: createSystemClock() });
}

/** Both ways to reach a manager have to say the same. */
async function expectUnreachable(url: string, message: RegExp, hint: RegExp): Promise<void> {
  const start = performance.now();
  const wanted = { code: 'manager_unreachable', message: expect.stringMatching(message), hint: expect.stringMatching(hint) };
  await expect(openAgent(new URL(url))).rejects.toMatchObject(wanted);
  await using client = ask(url);
  await expect(client.info()).rejects.toMatchObject(wanted);
  expect(performance.now() - start).toBeLessThan(6_000);
}

test('nothing listens', async () => {
  const { port } = await listen(createTcpServer()).then(async (free) => {
    await free[Symbol.asyncDispose]();
    return free;
  });
  await expectUnreachable(`http://127.0.0.1:${port}`, /nothing listens at http:\/\/127\.0\.0\.1:\d+\.$/, /Start the manager/);
});

test('a web server', async () => {
  await using server = await listen(createHttpServer((_request, response) => response.end('hi')));
  await expectUnreachable(`http://127.0.0.1:${server.port}`, /speaks HTTP\/1\.1 and is no Switchyard manager/, /--manager/);
});

test('a server of HTTP/2 that is no manager', async () => {
  const h2 = createHttp2Server((_request, response) => response.end('hi'));
  await using server = await listen(h2);
  await expectUnreachable(`http://127.0.0.1:${server.port}`, /speaks HTTP\/2 and is no Switchyard manager/, /--manager/);
});

test('http: where TLS is expected', async () => {
  await using server = await listen(createTlsServer());
  await expectUnreachable(`http://127.0.0.1:${server.port}`, /expects TLS/, /https:/);
});

test('https: where there is no TLS', async () => {
  await using manager = await openManager();
  await expectUnreachable(`https://127.0.0.1:${manager.server.port}`, /does not speak TLS/, /Use http:/);
});

test('a host name that is not known', async () => {
  await expectUnreachable('http://no-such-host.invalid:7480', /no-such-host\.invalid|did not answer/, /--manager/);
});

test('an address that says nothing, after 3 s [tunnel.connectMs]', async () => {
  await using server = await listen(createTcpServer());
  const clock = createFakeClock();
  const connecting = openAgent(new URL(`http://127.0.0.1:${server.port}`), { clock });
  clock.advance(3_000);
  await expect(connecting).rejects.toMatchObject({
    code: 'manager_unreachable',
    message: expect.stringContaining('did not answer within 3 s'),
  });
  await using client = openManagerClient({ url: new URL(`http://127.0.0.1:${server.port}`), owner: 'alice', token: undefined, clock });
  const info = client.info();
  await until(() => clock.pending === 1);
  clock.advance(2_999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await expect(info).rejects.toMatchObject({ code: 'manager_unreachable' });
  expect(clock.pending).toBe(0);
});

test('the search for the reason takes a second for each look [tunnel.probeMs]', async () => {
  let looks = 0;
  await using server = await listen(createTcpServer(() => void looks++));
  const clock = createFakeClock();
  const url = new URL(`http://127.0.0.1:${server.port}`);
  const finding = explainUnreachable(clock, url, createAccess(), new Error('no HTTP/2'));
  for (const look of [1, 2]) {
    await until(() => looks === look);
    clock.advance(999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
  }
  expect(await finding).toMatchObject({ error: { message: expect.stringContaining('accepts connections') }, connects: true });
  expect(clock.pending).toBe(0);
});

test('a wrong token is refused with what the manager said', async () => {
  await using manager = await openManager();
  await expect(openAgent(manager.url, { token: 'wrong' })).rejects.toMatchObject({
    code: 'not_signed_in',
    message: 'The token is wrong.',
    hint: 'Ask for another.',
  });
  await using client = ask(manager.url.href, 'wrong');
  await expect(client.info()).rejects.toMatchObject({ code: 'not_signed_in', message: 'The token is wrong.', hint: 'Ask for another.' });
});

test('connecting can be given up', async () => {
  await using server = await listen(createTcpServer());
  const abort = new AbortController();
  const connecting = openAgent(new URL(`http://127.0.0.1:${server.port}`), { signal: abort.signal });
  abort.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'canceled' });
  await expect(openAgent(new URL('http://127.0.0.1:1'), { signal: abort.signal })).rejects.toMatchObject({ code: 'canceled' });
});

test('a socket of this machine leads to the manager', async () => {
  await using manager = await openManager();
  const folder = await mkdtemp(join(tmpdir(), 'a manager '));
  const path = join(folder, 'tunnel.sock');
  const url = pathToFileURL(path).href.replace('file:', 'unix:');
  await expectUnreachable(url, /nothing listens at unix:\/\/\/.*tunnel\.sock\.$/, /Start the manager/);
  const server = createTcpServer((near) => {
    const far = connect(manager.server.port, '127.0.0.1');
    near.pipe(far).pipe(near);
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => {}).on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  {
    await using agent = await openAgent(new URL(url));
    expect(agent.session).toBe(theSession(manager).id);
    await using client = ask(url);
    expect(await client.info()).toMatchObject({ owner: 'alice' });
  }
  await new Promise((resolve) => void server.close(resolve));
  await expectUnreachable(url, /nothing listens/, /Start the manager/);
  await rm(folder, { recursive: true });
});

test('a socket of this machine that leads nowhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'manager-'));
  const path = join(folder, 'tunnel.sock');
  const server = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  await expectUnreachable(pathToFileURL(path).href.replace('file:', 'unix:'), /tunnel\.sock leads to no manager\.$/, /--manager/);
  await new Promise((resolve) => void server.close(resolve));
  await rm(folder, { recursive: true });
});

test('an address that is none is bad usage', async () => {
  await expect(openAgent(new URL('unix://host/path'))).rejects.toMatchObject({ code: 'bad_usage' });
  await expect(openAgent(new URL('ftp://127.0.0.1:1'))).rejects.toMatchObject({ code: 'bad_usage' });
});

test('a port that is taken is named', async () => {
  await using manager = await openManager();
  const { openTunnelServer } = await import('../src/index.ts');
  const { silentLog, silentMetrics } = await import('@switchyard/contract');
  const opening = openTunnelServer(
    { clock: createSystemClock(), log: silentLog, metrics: silentMetrics },
    { accept: () => Promise.reject(new Error()), api: {} as never, listen: { host: '127.0.0.1', port: manager.server.port } },
  );
  await expect(opening).rejects.toMatchObject({ code: 'port_in_use' });
});

test('the API answers, and says what failed but not why a fault happened', async () => {
  await using manager = await openManager();
  await using client = ask(manager.url.href);
  expect(await client.info()).toEqual({ version: '1.2.3', protocol: { min: 1, max: 2 }, auth: 'token', owner: 'alice' });
  expect(await client.listServices()).toMatchObject([{ name: service, ports: [{ notes: ['a note'] }] }]);
  expect(await client.listIntercepts()).toMatchObject([{ id: intercept, owner: 'alice' }]);
  await expect(client.removeIntercepts({ all: true })).rejects.toMatchObject({
    code: 'internal',
    message: expect.not.stringContaining('secret'),
  });
});

test('names that are not ASCII arrive', async () => {
  await using manager = await openManager();
  await using client = openManagerClient({ url: manager.url, owner: 'zoë', token: undefined, clock: createSystemClock() });
  expect(await client.listIntercepts()).toMatchObject([{ owner: 'zoë' }]);
});
