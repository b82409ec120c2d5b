import { createRandom, openRawClient, until, type OriginConnection } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';

checkLeaks();

const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`;

function noise(length: number, seed: number): Buffer {
  const random = createRandom(seed);
  return Buffer.from(Array.from({ length }, () => random() * 256));
}

for (const side of ['baseline', 'alice'] as const) {
  const lines = side === 'alice' ? 'x-intercept-id: alice\r\n' : '';

  test(`server-sent events of ${side} arrive one by one, while the answer goes on`, async () => {
    let stream: OriginConnection | undefined;
    const behaviour = {
      answer(_request: unknown, connection: OriginConnection) {
        stream = connection;
        connection.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      },
    };
    await using router = await openTestRouter({ keys: ['alice'], baseline: behaviour, keyed: behaviour });
    await using client = await openRawClient(router.port);
    client.send(get('/events', lines));
    await client.readUntil('\r\n\r\n');
    for (const event of ['data: one\n\n', 'data: two\n\n', 'data: three\n\n']) {
      stream?.send(`${event.length.toString(16)}\r\n${event}\r\n`);
      await client.readUntil(event);
    }
    expect(client.ended).toBeUndefined();
  });

  test(`an answer of ${side} until the end of its connection arrives as it is sent`, async () => {
    let stream: OriginConnection | undefined;
    const behaviour = {
      answer(_request: unknown, connection: OriginConnection) {
        stream = connection;
        connection.send('HTTP/1.1 200 OK\r\n\r\nfirst');
      },
    };
    await using router = await openTestRouter({ keys: ['alice'], baseline: behaviour, keyed: behaviour });
    await using client = await openRawClient(router.port);
    client.send(get('/', lines));
    await client.readUntil('\r\n\r\nfirst');
    stream?.send(' and last');
    stream?.socket.end();
    expect((await client.readAll()).toString()).toBe(' and last');
    expect(client.ended).toBe('end');
  });

  test(`1 MiB goes to ${side} and comes back exactly, with a length and in chunks`, async () => {
    await using router = await openTestRouter({ keys: ['alice'] });
    await using client = await openRawClient(router.port);
    const body = noise(1024 * 1024, 1);
    client.send(`POST /1 HTTP/1.1\r\nHost: orders\r\n${lines}Content-Length: ${body.length}\r\n\r\n`);
    client.send(body);
    const first = await client.readResponse('POST');
    expect([first.header('x-origin'), first.body.equals(body)]).toEqual([side, true]);
    client.send(`POST /2 HTTP/1.1\r\nHost: orders\r\n${lines}Transfer-Encoding: chunked\r\n\r\n`);
    for (let at = 0; at < body.length; at += 60_000) {
      const chunk = body.subarray(at, at + 60_000);
      client.send(`${chunk.length.toString(16)}\r\n`);
      client.send(chunk);
      client.send('\r\n');
    }
    client.send('0\r\n\r\n');
    const second = await client.readResponse('POST');
    expect([second.header('x-origin'), second.body.equals(body)]).toEqual([side, true]);
  });
}

test('an early answer comes while the request is still going on, and both end well', async () => {
  await using router = await openTestRouter({
    keys: [],
    baseline: {
      onHead: (head, connection) => connection.send(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-target: ${head.target}\r\n\r\nearly`),
      answer: () => {},
    },
  });
  await using client = await openRawClient(router.port);
  client.send('POST /1 HTTP/1.1\r\nHost: orders\r\nContent-Length: 10\r\n\r\nhello');
  expect((await client.readResponse('POST')).body.toString()).toBe('early');
  client.send(`world${get('/2')}`);
  expect((await client.readResponse()).header('x-target')).toBe('/2');
  expect(router.origins.baseline.requests.map((request) => request.body.toString())).toEqual(['helloworld', '']);
});

test('an answer begins before the request of another side that waits behind it', async () => {
  let release: (() => void) | undefined;
  await using router = await openTestRouter({
    keys: ['alice'],
    baseline: {
      async answer(_request, connection) {
        connection.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
        await new Promise<void>((resolve) => (release = resolve));
        connection.send('world');
      },
    },
  });
  await using client = await openRawClient(router.port);
  client.send(get('/1') + get('/2', 'x-intercept-id: alice\r\n'));
  await client.readUntil('hello');
  expect(router.origins.alice.requests.length).toBe(0);
  await until(() => release);
  release?.();
  await client.readUntil('world');
  expect((await client.readResponse()).body.toString()).toBe('alice GET /2\n');
});
