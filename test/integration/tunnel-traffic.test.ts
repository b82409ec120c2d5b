import { createRandom, openRawClient, until, type OriginConnection, type OriginRequest } from '@switchyard/testkit';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openChatServer } from '../support/chat-server.ts';
import { checkLeaks } from '../support/leak-check.ts';
import { openDeveloper, openTestSystem } from '../support/test-system.ts';

checkLeaks();

const alice = 'x-intercept-id: alice\r\n';
const get = (path: string, lines = alice): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`;

test('a request with a key reaches the local process and says so; without one it stays as it was', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  await using client = await openRawClient(system.port);
  client.send(get('/1'));
  const routed = await client.readResponse();
  expect([routed.body.toString(), routed.header('x-intercept-served-by')]).toEqual(['alice GET /1\n', 'alice@tunnel']);
  const plain = get('/2', 'A: b\r\n');
  client.send(plain);
  expect((await client.readResponse()).body.toString()).toBe('baseline GET /2\n');
  expect(system.baseline.requests[0]?.raw.toString()).toBe(plain);
  const [request] = system.developers[0]?.origin.requests ?? [];
  expect([request?.header('x-intercept-id'), request?.header('baggage')]).toEqual(['alice', 'intercept=alice']);
});

test('1 MiB goes through the tunnel and comes back exactly', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  await using client = await openRawClient(system.port);
  const random = createRandom(5);
  const body = Buffer.from(Array.from({ length: 1024 * 1024 }, () => random() * 256));
  client.send(`POST / HTTP/1.1\r\nHost: orders\r\n${alice}Content-Length: ${body.length}\r\n\r\n`);
  client.send(body);
  const response = await client.readResponse('POST');
  expect([response.header('x-origin'), response.body.equals(body)]).toEqual(['alice', true]);
});

test('server-sent events come through the tunnel one by one', async () => {
  let stream: OriginConnection | undefined;
  await using system = await openTestSystem({
    keys: ['alice'],
    keyed: {
      answer(_request, connection) {
        stream = connection;
        connection.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
      },
    },
  });
  await using client = await openRawClient(system.port);
  client.send(get('/events'));
  await client.readUntil('\r\n\r\n');
  for (const event of ['data: one\n\n', 'data: two\n\n']) {
    stream?.send(event);
    await client.readUntil(event);
  }
  stream?.socket.end();
  expect(await client.untilEnded()).toBe('end');
});

test('each half of an upgraded connection ends on its own through the tunnel', async () => {
  await using system = await openTestSystem({
    keys: ['alice'],
    keyed: {
      answer(_request, connection) {
        connection.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: count\r\n\r\n');
        let count = 0;
        connection.splice((bytes) => void (count += bytes.length));
        connection.socket.on('end', () => connection.socket.end(`counted ${count}`));
      },
    },
  });
  await using client = await openRawClient(system.port);
  client.send(`GET / HTTP/1.1\r\nHost: orders\r\n${alice}Connection: Upgrade\r\nUpgrade: count\r\n\r\n`);
  expect((await client.readResponse()).status).toBe(101);
  client.send(Buffer.alloc(500_000));
  client.end();
  expect((await client.readAll()).toString()).toBe('counted 500000');
});

test('a WebSocket speaks through the tunnel', async () => {
  await using chat = await openChatServer('alice');
  await using system = await openTestSystem({ keys: [] });
  await using _alice = await openDeveloper(system.manager.apiPort, { key: 'alice', deliverPort: chat.port });
  const socket = new WebSocket(`ws://127.0.0.1:${system.port}/chat?__intercept=alice`);
  const [greeting] = await once(socket, 'message');
  expect(String(greeting)).toBe('alice /chat?__intercept=alice');
  const big = Buffer.alloc(1024 * 1024, 9);
  socket.send(big);
  const [echoed] = await once(socket, 'message');
  expect(Buffer.compare(Buffer.from(echoed), big)).toBe(0);
  socket.close(1000);
  await once(socket, 'close');
});

test('a slow reader stops the developer and nobody else, and gets everything in the end', { timeout: 30_000 }, async () => {
  const totalBytes = 96 * 1024 * 1024;
  let sentToSlow = 0;
  const answer = async (request: OriginRequest, { socket }: OriginConnection): Promise<void> => {
    if (request.target !== '/slow') {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      return;
    }
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${totalBytes}\r\n\r\n`);
    const piece = Buffer.alloc(64 * 1024, 1);
    while (sentToSlow < totalBytes && !socket.destroyed) {
      sentToSlow += piece.length;
      if (!socket.write(piece)) await until(() => !socket.writableNeedDrain || socket.destroyed, { timeoutMs: 20_000 });
    }
  };
  await using system = await openTestSystem({ keys: ['alice'], keyed: { answer } });
  await using slow = await openRawClient(system.port);
  await using other = await openRawClient(system.port);
  slow.pause();
  slow.send(get('/slow'));
  let last = -1;
  let since = performance.now();
  await until(() => {
    if (sentToSlow !== last) {
      last = sentToSlow;
      since = performance.now();
    }
    return sentToSlow > 0 && performance.now() - since > 300;
  });
  expect(sentToSlow).toBeLessThan(48 * 1024 * 1024);
  other.send(get('/other'));
  expect((await other.readResponse()).body.toString()).toBe('ok');
  slow.resume();
  while (slow.receivedBytes < totalBytes) {
    await until(() => slow.unread.length > 0, { about: `more than ${slow.receivedBytes} bytes` });
    await slow.readBytes(slow.unread.length);
  }
});

test('a client that goes away in the middle takes its local connection with it', async () => {
  await using system = await openTestSystem({ keys: ['alice'], keyed: { answer: () => {} } });
  await using client = await openRawClient(system.port);
  client.send(get('/'));
  const origin = system.developers[0]?.origin;
  await until(() => origin?.requests.length === 1);
  client.reset();
  await until(() => origin?.open === 0, { about: 'the local process to be told' });
});

test('a local process that dies within its answer aborts the client', async () => {
  await using system = await openTestSystem({
    keys: ['alice'],
    keyed: {
      answer(_request, connection) {
        connection.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
        setTimeout(() => connection.socket.resetAndDestroy(), 20);
      },
    },
  });
  await using client = await openRawClient(system.port);
  client.send(get('/'));
  expect(await client.untilEnded()).toBe('abort');
});

test('nothing listens at the local address: 502 local_refused with what to do, and the connection goes on', async () => {
  await using system = await openTestSystem({ keys: [] });
  await using alice = await openDeveloper(system.manager.apiPort, { key: 'alice' });
  await alice.origin[Symbol.asyncDispose]();
  await using client = await openRawClient(system.port);
  client.send(get('/1'));
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'local_refused']);
  expect(response.body.toString()).toContain('Nothing listens at');
  client.send(get('/2', ''));
  expect((await client.readResponse()).body.toString()).toBe('baseline GET /2\n');
  await until(() => alice.events.some((event) => event.t === 'delivery_failed'));
});

test('a goodbye sends the next request to the baseline at once, on an open connection too', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  await using client = await openRawClient(system.port);
  client.send(get('/1'));
  expect((await client.readResponse()).header('x-origin')).toBe('alice');
  await system.developers[0]?.agent.goodbye();
  client.send(get('/2'));
  const response = await client.readResponse();
  expect([response.header('x-origin'), response.header('x-intercept-status')]).toEqual(['baseline', 'no-route']);
});
