import { openRawClient, openStrictOrigin, until, type RawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createDirectSnapshot, openTestRouter } from '../support/test-router.ts';

checkLeaks();

const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`;
const alice = 'x-intercept-id: alice\r\n';

async function ask(client: RawClient, path: string, lines = ''): Promise<string> {
  client.send(get(path, lines));
  return (await client.readResponse()).body.toString();
}

test('an idle baseline connection that closes closes its client connection, as it would without us', async () => {
  await using router = await openTestRouter({ keys: [] });
  await using client = await openRawClient(router.port);
  expect(await ask(client, '/1')).toBe('baseline GET /1\n');
  router.origins.baseline.accepted[0]?.socket.end();
  expect(await client.untilEnded()).toBe('end');
  expect(client.unread.length).toBe(0);
});

test('an idle keyed connection that closes is opened anew, and the client does not notice', async () => {
  await using router = await openTestRouter({ keys: ['alice'] });
  await using client = await openRawClient(router.port);
  expect(await ask(client, '/1', alice)).toBe('alice GET /1\n');
  expect(await ask(client, '/2')).toBe('baseline GET /2\n');
  router.origins.alice.destroyConnections();
  await until(() => router.origins.alice.open === 0);
  expect(await ask(client, '/3')).toBe('baseline GET /3\n');
  expect(await ask(client, '/4', alice)).toBe('alice GET /4\n');
  expect(router.origins.alice.accepted.length).toBe(2);
  expect(router.origins.baseline.accepted.length).toBe(1);
});

/** A baseline whose first connection dies when its second request comes, as a server does that just closes an idle connection. */
async function openStale(): ReturnType<typeof openTestRouter<never>> {
  return openTestRouter<never>({
    keys: [],
    baseline: {
      answer(request, connection) {
        if (request.target === '/stale' && connection.index === 0) connection.socket.resetAndDestroy();
        else connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${request.target.length}\r\n\r\n${request.target}`);
      },
    },
  });
}

test('harmless requests that met a dying baseline connection are sent once more, in order', async () => {
  await using router = await openStale();
  await using client = await openRawClient(router.port);
  expect(await ask(client, '/1')).toBe('/1');
  client.send(get('/stale') + get('/3'));
  expect((await client.readResponse()).body.toString()).toBe('/stale');
  expect((await client.readResponse()).body.toString()).toBe('/3');
  expect(router.origins.baseline.accepted.length).toBe(2);
});

for (const [name, request] of [
  ['a POST', 'POST /stale HTTP/1.1\r\nHost: orders\r\nContent-Length: 0\r\n\r\n'],
  ['a PUT with a body', 'PUT /stale HTTP/1.1\r\nHost: orders\r\nContent-Length: 2\r\n\r\nok'],
] as const) {
  test(`${name} that met a dying baseline connection is never sent twice: the client connection closes without an answer`, async () => {
    await using router = await openStale();
    await using client = await openRawClient(router.port);
    expect(await ask(client, '/1')).toBe('/1');
    client.send(request);
    expect((await client.readAll()).toString()).toBe('');
    expect(router.origins.baseline.requests.filter((seen) => seen.target === '/stale').length).toBe(1);
  });
}

test('a replay is not repeated: the second death closes the client connection', async () => {
  await using router = await openTestRouter({
    keys: [],
    baseline: {
      answer(request, connection) {
        if (request.target === '/stale') connection.socket.resetAndDestroy();
        else connection.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      },
    },
  });
  await using client = await openRawClient(router.port);
  expect(await ask(client, '/1')).toBe('');
  client.send(get('/stale'));
  expect((await client.readAll()).toString()).toBe('');
  expect(router.origins.baseline.accepted.length).toBe(2);
});

test('a target that dies within its answer aborts the client connection', async () => {
  const behaviour: Parameters<typeof openTestRouter>[0]['keyed'] = {
    answer(_request, connection) {
      connection.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      setTimeout(() => connection.socket.destroy(), 10);
    },
  };
  await using router = await openTestRouter({ keys: ['alice'], baseline: behaviour, keyed: behaviour });
  for (const lines of ['', alice]) {
    await using client = await openRawClient(router.port);
    client.send(get('/', lines));
    await client.untilEnded();
    expect(client.unread.toString('latin1').endsWith('\r\n\r\nhello') || client.unread.length === 0).toBe(true);
  }
});

test('a keyed target that dies without an answer is a 502 that says so, and the connection goes on', async () => {
  await using router = await openTestRouter({
    keys: ['alice'],
    keyed: { answer: (_request, { socket }) => void socket.resetAndDestroy() },
  });
  await using client = await openRawClient(router.port);
  client.send(get('/1', alice));
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'upstream_unreachable']);
  expect(await ask(client, '/2')).toBe('baseline GET /2\n');
});

test('a target that cannot be dialled is a 502 that says so, and the other side goes on', async () => {
  await using router = await openTestRouter({ keys: ['alice'] });
  await using client = await openRawClient(router.port);
  const gone = await openStrictOrigin();
  router.router.update(createDirectSnapshot({ alice: gone.port }));
  await gone[Symbol.asyncDispose]();
  client.send(get('/1', alice));
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'upstream_unreachable']);
  expect(response.body.toString()).toContain('nothing listens there');
  expect(await ask(client, '/2')).toBe('baseline GET /2\n');
});

test('a baseline that cannot be dialled is a 502 that says so, and a key goes on', async () => {
  await using router = await openTestRouter({ keys: ['alice'] });
  await using client = await openRawClient(router.port);
  await router.origins.baseline[Symbol.asyncDispose]();
  client.send(get('/1'));
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'upstream_unreachable']);
  expect(await ask(client, '/2', alice)).toBe('alice GET /2\n');
});
