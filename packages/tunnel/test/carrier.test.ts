import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createSystemClock } from '@switchyard/runtime';
import { recordPipe, watchLeaks } from '@switchyard/testkit';
import { tunnelDefinition } from '@switchyard/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createAccess, openManagerClient, type Access } from '../src/index.ts';
import { fixedTunnelLimits } from '../src/limits.ts';
import { openHttp1Front } from './fronts.ts';
import { intercept, openAgent, openManager, spec, theSession } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

const urlOf = (port: number): URL => new URL(`http://127.0.0.1:${port}`);

/** How the manager's port answers an upgrade: `open`, or the status. */
function upgrade(port: number, path: string, options: { protocol?: string; origin?: string } = {}): Promise<string> {
  const { protocol = 'switchyard.tunnel.v1', origin } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, origin === undefined ? {} : { origin });
  return new Promise((resolve) => {
    const done = (answer: string): void => {
      resolve(answer);
      socket.on('error', () => {}).terminate();
    };
    socket.on('open', () => done(`open ${socket.protocol} ${socket.extensions}`.trim()));
    socket.on('unexpected-response', (_request, response) => done(String(response.statusCode)));
  });
}

const controlPath = tunnelDefinition.control.path;

test('a WebSocket is opened for a stream of the protocol alone, and for no web page', async () => {
  await using manager = await openManager();
  const { port } = manager.server;
  expect(await upgrade(port, controlPath)).toBe('open switchyard.tunnel.v1');
  expect(await upgrade(port, controlPath, { origin: 'http://evil.example' })).toBe('403');
  expect(await upgrade(port, controlPath, { protocol: 'chat' })).toBe('400');
  expect(await upgrade(port, '/')).toBe('404');
});

test('a text, and a message that is too long, end the stream', async () => {
  await using manager = await openManager();
  const closeOf = async (message: string | Buffer): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${manager.server.port}${controlPath}`, 'switchyard.tunnel.v1');
    socket.on('open', () => socket.send(message)).on('error', () => {});
    return new Promise((resolve) => void socket.on('close', resolve));
  };
  expect(await closeOf('hello')).toBe(1000);
  expect(await closeOf(Buffer.alloc(72 * 1024 + 1))).toBe(1009);
});

test('a message in more pieces than its memory is worth ends the stream [tunnel.webSocketFragments] [tunnel.webSocketChunks]', async () => {
  await using manager = await openManager();
  const closeOf = async (send: (socket: WebSocket, raw: Socket) => void | Promise<void>): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${manager.server.port}${controlPath}`, 'switchyard.tunnel.v1');
    const closed = new Promise<number>((resolve) => void socket.on('close', resolve).on('error', () => {}));
    const [upgraded] = (await once(socket, 'upgrade')) as [IncomingMessage];
    await send(socket, upgraded.socket);
    return closed;
  };
  const sendFragments = (socket: WebSocket): void => {
    for (let sent = 0; sent <= fixedTunnelLimits.webSocketFragments.value; sent++) socket.send('a', { fin: false, binary: true });
  };
  expect(await closeOf(sendFragments)).toBe(1008);
  const sendBytes = async (_socket: WebSocket, raw: Socket): Promise<void> => {
    raw.write(Buffer.from([0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0]));
    for (let sent = 0; sent < 3 * fixedTunnelLimits.webSocketChunks.value && raw.writable; sent++) {
      raw.write('a');
      await setImmediate();
    }
  };
  expect(await closeOf(sendBytes)).toBe(1008);
});

async function useSession(port: number, access: Access): Promise<void> {
  await using agent = await openAgent(urlOf(port), { access });
  expect(await agent.register(spec)).toMatchObject({ id: intercept });
  await using client = openManagerClient({ url: urlOf(port), access, owner: 'alice', token: undefined, clock: createSystemClock() });
  expect(await client.info()).toMatchObject({ owner: 'alice' });
  expect(await client.renewIntercept(intercept, 60_000)).toMatchObject({ id: intercept, owner: 'alice', expiresAt: new Date(60_000) });
  await expect(client.removeIntercepts({ all: true })).rejects.toMatchObject({
    code: 'internal',
    message: expect.not.stringContaining('secret'),
  });
}

test('where gRPC does not get through, WebSockets do, and nothing else is tried from then on', async () => {
  await using manager = await openManager();
  await using front = await openHttp1Front(manager.server.port);
  const access = createAccess({ carrier: 'auto' });
  await useSession(front.port, access);
  expect(access.carriersFor(urlOf(front.port))).toEqual(['websocket']);
  expect(front.asked.filter((line) => line === `UPGRADE ${controlPath}`)).toHaveLength(1);
  await useSession(front.port, access);
});

test('where gRPC gets through, nothing else is tried', async () => {
  await using manager = await openManager();
  const access = createAccess({ carrier: 'auto' });
  await useSession(manager.server.port, access);
  expect(access.carriersFor(manager.url)).toEqual(['grpc']);
});

test('a caller may insist on either', async () => {
  await using manager = await openManager();
  await using front = await openHttp1Front(manager.server.port);
  await useSession(manager.server.port, createAccess({ carrier: 'websocket' }));
  await expect(openAgent(urlOf(front.port), { access: createAccess({ carrier: 'grpc' }) })).rejects.toMatchObject({
    code: 'manager_unreachable',
    message: expect.stringContaining('speaks HTTP/1.1'),
  });
});

test('what the manager says is not taken for a reason to try another carrier', async () => {
  await using manager = await openManager();
  const access = createAccess({ carrier: 'auto' });
  await expect(openAgent(manager.url, { access, token: 'wrong' })).rejects.toMatchObject({ code: 'not_signed_in' });
  await using client = openManagerClient({ url: manager.url, access, owner: 'alice', token: 'wrong', clock: createSystemClock() });
  await expect(client.info()).rejects.toMatchObject({ code: 'not_signed_in', message: 'The token is wrong.' });
  expect(access.carriersFor(manager.url)).toEqual(['grpc', 'websocket']);
});

test('a connection of WebSockets that a session took in stays; one that says nothing ends', async () => {
  await using manager = await openManager({ limits: { connectionProofMs: 300 } });
  await using agent = await openAgent(manager.url, { carrier: 'websocket' });
  agent.onPipe((_intercept, pipe) => {
    recordPipe(pipe);
    pipe.end();
  });
  await agent.register(spec);
  const silent = new WebSocket(`ws://127.0.0.1:${manager.server.port}${controlPath}`, 'switchyard.tunnel.v1');
  await new Promise((resolve) => void silent.on('close', resolve));
  const pipe = recordPipe(await theSession(manager).openPipe(intercept, AbortSignal.timeout(5_000)));
  await pipe.untilEnd();
});
