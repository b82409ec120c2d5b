import { openRawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { ask, toFailure } from './ask.ts';

function open(): Promise<TestSystem> {
  return openTestSystem({ keys: [] });
}

test.for(['localhost', '127.0.0.1:7480', '[::1]:80', '127.8.8.8', 'LOCALHOST:1'])('the host %s is this machine', async (host) => {
  await using system = await open();
  expect((await ask(system.manager.apiPort, '/manager', { headers: { host } })).status).toBe(200);
});

test.for(['evil.example', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example', 'user@localhost', '[::1', '127.0.0.1:x'])(
  'the host %s may be a trick',
  async (host) => {
    await using system = await open();
    expect(toFailure(await ask(system.manager.apiPort, '/manager', { headers: { host } }))).toEqual([403, 'not_allowed']);
  },
);

test.for(['http://evil.example', 'null', 'http://localhost:1', 'https://127.0.0.1.evil.example'])(
  'the page %s may not ask',
  async (origin) => {
    await using system = await open();
    const answer = await ask(system.manager.apiPort, '/intercepts?all=true', { method: 'DELETE', headers: { origin } });
    expect(toFailure(answer)).toEqual([403, 'not_allowed']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  },
);

test('a page of the very same address may ask', async () => {
  await using system = await open();
  const host = `127.0.0.1:${system.manager.apiPort}`;
  expect((await ask(system.manager.apiPort, '/manager', { headers: { origin: `http://${host}` } })).status).toBe(200);
});

test('every answer says that nobody keeps it, guesses at it or frames it', async () => {
  await using system = await open();
  for (const path of ['/manager', '/nowhere', '/services/none']) {
    expect((await ask(system.manager.apiPort, path)).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  }
});

test('a path that is not there, a method that is not taken', async () => {
  await using system = await open();
  const { apiPort } = system.manager;
  for (const path of ['/', '', '/managers', '/services/a/b', '/intercepts/%zz', '/../api/v1/manager']) {
    expect(toFailure(await ask(apiPort, path))).toEqual([404, 'bad_usage']);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'OPTIONS', 'TRACE']) {
    const answer = await ask(apiPort, '/intercepts', { method });
    expect([...toFailure(answer), answer.headers.allow]).toEqual([405, 'method_refused', 'GET, HEAD, DELETE']);
  }
});

test('HEAD answers as GET does, without the body', async () => {
  await using system = await open();
  const [head, get] = [await ask(system.manager.apiPort, '/services', { method: 'HEAD' }), await ask(system.manager.apiPort, '/services')];
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', get.headers['content-length']]);
});

test('who asks must be said', async () => {
  await using system = await open();
  const { apiPort } = system.manager;
  expect(toFailure(await ask(apiPort, '/services', { headers: { 'switchyard-owner': [] } }))).toEqual([400, 'bad_usage']);
  expect(toFailure(await ask(apiPort, '/services', { headers: { 'switchyard-owner': 'Not A Label' } }))).toEqual([400, 'bad_usage']);
  expect(toFailure(await ask(apiPort, '/services', { headers: { authorization: 'Basic YTpi' } }))).toEqual([400, 'bad_usage']);
});

test('a body where none belongs is refused, and never taken for the next request', async () => {
  await using system = await open();
  const { apiPort } = system.manager;
  const json = { 'content-type': 'application/json' };
  expect(toFailure(await ask(apiPort, '/manager', { method: 'GET', headers: { ...json, 'content-length': 2 }, body: '{}' }))).toEqual([
    400,
    'bad_usage',
  ]);
  await using client = await openRawClient(apiPort);
  const smuggled = 'GET /api/v1/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n';
  client.send(`DELETE /api/v1/nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`);
  expect((await client.readResponse()).status).toBe(404);
  expect((await client.readAll()).toString()).toBe('');
});

test('kept connections are answered in order', async () => {
  await using system = await open();
  await using client = await openRawClient(system.manager.apiPort);
  client.send(
    'GET /api/v1/manager HTTP/1.1\r\nhost: localhost\r\n\r\nGET /api/v1/services/none HTTP/1.1\r\nhost: localhost\r\nswitchyard-owner: a\r\n\r\n',
  );
  expect([(await client.readResponse()).status, (await client.readResponse()).status]).toEqual([200, 404]);
});

test('what is no HTTP, two hosts, and a head that is too large', async () => {
  await using system = await open();
  for (const [text, status] of [
    ['HELLO\r\n\r\n', 400],
    ['GET /api/v1/manager HTTP/1.1\r\n\r\n', 400],
    ['GET /api/v1/manager HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n', 403],
    [`GET /api/v1/manager HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
  ] as const) {
    await using client = await openRawClient(system.manager.apiPort);
    client.send(text);
    expect((await client.readResponse()).status).toBe(status);
  }
});

test('who asks too often waits, and nobody else [manager.apiCallBurst] [manager.apiCallsPerSecond]', async () => {
  await using system = await open();
  await using client = await openRawClient(system.manager.apiPort);
  const get = (owner: string): string => `GET /api/v1/services HTTP/1.1\r\nhost: localhost\r\nswitchyard-owner: ${owner}\r\n\r\n`;
  let last = 200;
  let count = 0;
  const startMs = performance.now();
  for (; count < 900 && last === 200; count++) {
    client.send(get('alice'));
    const response = await client.readResponse();
    last = response.status;
    if (last !== 200)
      expect([response.header('retry-after'), JSON.parse(response.body.toString()).error.code]).toEqual(['1', 'limit_reached']);
  }
  expect(last).toBe(429);
  expect(count).toBeGreaterThan(400);
  expect(count).toBeLessThanOrEqual(402 + (performance.now() - startMs) / 10);
  client.send(get('bob'));
  expect((await client.readResponse()).status).toBe(200);
});
