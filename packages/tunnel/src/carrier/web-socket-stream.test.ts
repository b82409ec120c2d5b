import { createFakeClock, until } from '@switchyard/testkit';
import { tunnelDefinition } from '@switchyard/wire';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createAccess } from '../connect/access.ts';
import { createWebSocketCarrier } from './web-socket-carrier.ts';
import { createWebSocketStream, subprotocol } from './web-socket-stream.ts';

const handler = { onMessage: () => {}, onDrain: () => {}, onClose: () => {} };

test('a pipe sends no more when over 256 KiB wait for the network, until half of them are left [tunnel.webSocketHighBytes]', () => {
  const sent: (() => void)[] = [];
  const socket = {
    bufferedAmount: 0,
    on: () => {},
    send: (_message: Buffer, _options: object, onSent: () => void) => void sent.push(onSent),
  };
  let drains = 0;
  const stream = createWebSocketStream({ ...handler, onDrain: () => void drains++ });
  stream.attach(socket as unknown as WebSocket);
  const send = (waitsBytes: number): boolean => {
    socket.bufferedAmount = waitsBytes;
    return stream.send(Buffer.from('x'));
  };
  const take = (leftBytes: number): void => {
    socket.bufferedAmount = leftBytes;
    sent.shift()?.();
  };
  expect(send(256 * 1024)).toBe(true);
  expect(send(256 * 1024 + 1)).toBe(false);
  take(128 * 1024 + 1);
  expect(drains).toBe(0);
  take(128 * 1024);
  expect(drains).toBe(1);
});

test('an agent pings each WebSocket every 20 s [tunnel.webSocketPingMs]', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => subprotocol });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let pings = 0;
  server.on('connection', (socket) => socket.on('ping', () => pings++));
  const clock = createFakeClock();
  const carrier = createWebSocketCarrier(clock, new URL(`http://127.0.0.1:${port}`), createAccess({ carrier: 'websocket' }));
  const { promise: closed, resolve } = Promise.withResolvers<unknown>();
  const stream = carrier.open(tunnelDefinition.control, { ...handler, onClose: resolve });
  await until(() => clock.pending === 1);
  for (const beat of [1, 2]) {
    clock.advance(19_999);
    clock.advance(1);
    await until(() => pings === beat);
  }
  stream.cancel();
  await closed;
  await until(() => clock.pending === 0);
  carrier.close();
  server.close();
});
