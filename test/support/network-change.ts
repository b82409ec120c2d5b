import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { openFaultProxy, until } from '@switchyard/testkit';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { openBusyOrigin } from './busy-origin.ts';
import { openDeveloper, openTestSystem } from './test-system.ts';

const half = Buffer.alloc(10_000_000, 'x');

async function readText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/**
 * Breaks the developer's network for `cutMs` in the middle of everything, and expects that nobody notices: an upload and a download of 20
 * MB, an event stream, a WebSocket, a request that is not answered yet, and one that comes meanwhile.
 */
export async function surviveNetworkChange(cutMs: number): Promise<void> {
  await using scope = new AsyncDisposableStack();
  const system = scope.use(await openTestSystem({ keys: [] }));
  const origin = scope.use(await openBusyOrigin());
  const line = scope.use(await openFaultProxy(system.manager.apiPort));
  const developer = scope.use(await openDeveloper(line.port, { key: 'alice', deliverPort: origin.port }));
  const agent = new Agent({ keepAlive: false });
  scope.defer(() => agent.destroy());
  const ask = (method: string, path: string): ClientRequest =>
    request({ port: system.port, host: '127.0.0.1', agent, method, path, headers: { 'x-intercept-id': 'alice' } });
  const get = async (path: string): Promise<IncomingMessage> => {
    const [response] = (await once(ask('GET', path).end(), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    return response;
  };

  const upload = ask('POST', '/upload');
  const uploaded = once(upload, 'response') as Promise<[IncomingMessage]>;
  upload.write(half);
  const [events, download] = await Promise.all([get('/events'), get('/download')]);
  const downloaded = readText(download);
  let eventText = '';
  events.setEncoding('utf8').on('data', (text: string) => void (eventText += text));
  const slow = get('/slow');
  const socket = new WebSocket(`ws://127.0.0.1:${system.port}/ws`, { headers: { 'x-intercept-id': 'alice' } });
  scope.defer(() => socket.terminate());
  await once(socket, 'open');
  origin.streams.get('/events')?.write('data: one\n\n');
  origin.streams.get('/download')?.write(half);
  await until(() => eventText === 'data: one\n\n' && origin.uploadedBytes > 100_000 && origin.streams.has('/slow'));

  line.set({ refusing: true });
  line.cut();
  upload.end(half);
  origin.streams.get('/events')?.write('data: two\n\n');
  origin.streams.get('/download')?.end(half);
  socket.send('hello');
  const echoed = once(socket, 'message');
  const meanwhile = get('/quick');
  await delay(cutMs);
  expect(eventText).toBe('data: one\n\n');
  line.set({});

  await until(() => eventText === 'data: one\n\ndata: two\n\n');
  expect(String((await echoed)[0])).toBe('hello');
  expect((await downloaded).length).toBe(2 * half.length);
  const [answer] = await uploaded;
  expect(await readText(answer)).toBe(String(2 * half.length));
  origin.streams.get('/slow')?.end('at last');
  expect(await readText(await slow)).toBe('at last');
  expect(await readText(await meanwhile)).toBe('quick');
  const metrics = await fetch(`http://127.0.0.1:${system.manager.healthPort}/metrics`, { headers: { connection: 'close' } });
  // Upload, events, download, the slow request and the WebSocket.
  expect(await metrics.text()).toContain('switchyard_tunnel_pipes_resumed_total 5');
  expect(developer.events.map(({ t }) => t)).toEqual(['connected', 'reconnecting', 'connected']);
  origin.streams.get('/events')?.end();
}
