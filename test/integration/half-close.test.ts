import { openEchoServer, openRawClient, until } from '@switchyard/testkit';
import { silentLog, silentMetrics } from '@switchyard/contract';
import { openRouter } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createTestDialer, openTestRouter, orders } from '../support/test-router.ts';

checkLeaks();

for (const side of ['baseline', 'alice'] as const) {
  const lines = side === 'alice' ? 'x-intercept-id: alice\r\n' : '';

  test(`a client that ends its half still gets all its answers from ${side}`, async () => {
    await using router = await openTestRouter({ keys: ['alice'] });
    await using client = await openRawClient(router.port);
    client.send(
      `GET /1 HTTP/1.1\r\nHost: orders\r\n${lines}\r\nPOST /2 HTTP/1.1\r\nHost: orders\r\n${lines}Content-Length: 5\r\n\r\nhello`,
    );
    client.end();
    expect((await client.readResponse()).body.toString()).toBe(`${side} GET /1\n`);
    expect((await client.readResponse()).body.toString()).toBe('hello');
    expect((await client.readAll()).length).toBe(0);
    expect(client.ended).toBe('end');
  });

  test(`after an upgrade each half of the connection to ${side} ends on its own`, async () => {
    const behaviour: Parameters<typeof openTestRouter>[0]['keyed'] = {
      answer(_request, connection) {
        connection.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: count\r\n\r\n');
        let count = 0;
        connection.splice((bytes) => void (count += bytes.length));
        connection.socket.on('end', () => connection.socket.end(`counted ${count}`));
      },
    };
    await using router = await openTestRouter({ keys: ['alice'], baseline: behaviour, keyed: behaviour });
    await using client = await openRawClient(router.port);
    client.send(`GET / HTTP/1.1\r\nHost: orders\r\n${lines}Connection: Upgrade\r\nUpgrade: count\r\n\r\n`);
    expect((await client.readResponse()).status).toBe(101);
    client.send(Buffer.alloc(100_000));
    client.end();
    expect((await client.readAll()).toString()).toBe('counted 100000');
  });

  test(`a client that goes away takes its connection to ${side} with it`, async () => {
    await using router = await openTestRouter({ keys: ['alice'], baseline: { answer: () => {} }, keyed: { answer: () => {} } });
    await using client = await openRawClient(router.port);
    client.send(`GET / HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`);
    await until(() => router.origins[side].requests.length === 1);
    client.reset();
    await until(() => router.origins[side].open === 0, { about: 'the origin to be told' });
  });
}

test('two clients that differ in their key only, one half-closed: the other goes on', async () => {
  await using router = await openTestRouter({ keys: ['alice'] });
  await using first = await openRawClient(router.port);
  await using second = await openRawClient(router.port);
  first.send('GET /1 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  first.end();
  second.send('GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect((await first.readResponse()).body.toString()).toBe('alice GET /1\n');
  expect((await second.readResponse()).body.toString()).toBe('baseline GET /2\n');
});

test('a client that ends within a request ends its connection, and nothing of it becomes a whole request', async () => {
  await using router = await openTestRouter({ keys: [] });
  await using client = await openRawClient(router.port);
  client.send('POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 10\r\n\r\nhello');
  await until(() => router.origins.baseline.open === 1);
  client.end();
  await client.untilEnded();
  await until(() => router.origins.baseline.leftovers.length === 1);
  expect(router.origins.baseline.requests.length).toBe(0);
});

test('raw TCP ends half by half', async () => {
  await using echo = await openEchoServer();
  const clock = createSystemClock();
  await using router = openRouter({ clock, log: silentLog, metrics: silentMetrics, dialer: createTestDialer(clock) });
  const port = await router.listen({
    service: orders,
    port: 'tcp',
    host: '127.0.0.1',
    listenPort: 0,
    protocol: 'tcp',
    baseline: { host: '127.0.0.1', port: echo.port },
  });
  await using client = await openRawClient(port);
  client.send(Buffer.alloc(300_000, 3));
  client.end();
  expect((await client.readAll()).equals(Buffer.alloc(300_000, 3))).toBe(true);
});
