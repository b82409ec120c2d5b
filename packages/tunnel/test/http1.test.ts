import { createFakeClock, openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { openAgent, openManager, spec } from './manager.ts';

const get = 'GET /hello HTTP/1.1\r\nhost: manager\r\n\r\n';

test('one port serves agents and requests of HTTP/1.1', async () => {
  await using manager = await openManager({ onRequest: (request, response) => void response.end(`you asked for ${request.url}`) });
  await using agent = await openAgent(manager.url);
  await using client = await openRawClient(manager.server.port);
  client.send(get + get);
  const answers = [await client.readResponse(), await client.readResponse()];
  expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual([
    [200, 'you asked for /hello'],
    [200, 'you asked for /hello'],
  ]);
  expect((await agent.register(spec)).service).toBe('orders');
});

test('a manager without anything for HTTP/1.1 says so', async () => {
  await using manager = await openManager();
  await using client = await openRawClient(manager.server.port);
  client.send(get);
  expect((await client.readResponse()).status).toBe(404);
});

test('an answer that goes on outlives the deadline of connections without a session, and its connection does not outlive it', async () => {
  const clock = createFakeClock();
  const ends: (() => void)[] = [];
  await using manager = await openManager({
    clock,
    onRequest: (_request, response, connection) => {
      const release = connection.hold();
      response.write('one\n');
      ends.push(() => {
        release();
        response.end('two\n');
      });
    },
  });
  await using client = await openRawClient(manager.server.port);
  client.send(get);
  await client.readUntil('one\n');
  clock.advance(60_000);
  expect(client.ended).toBeUndefined();
  ends[0]?.();
  await client.readUntil('two\n');
  clock.advance(30_000);
  await client.untilEnded();
});

test('a connection that lives long is asked for another one in time [tunnel.http1LifetimeMs]', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock, onRequest: (_request, response) => void response.end() });
  await using client = await openRawClient(manager.server.port);
  client.send(get);
  expect((await client.readResponse()).header('connection')).toBe('keep-alive');
  clock.advance(20_000);
  client.send(get);
  expect((await client.readResponse()).header('connection')).toBe('keep-alive');
  clock.advance(1);
  client.send(get);
  expect((await client.readResponse()).header('connection')).toBe('close');
  await client.untilEnded();
});

test('a request may have a head of 16 KiB, and a hundred fields [tunnel.http1HeadBytes] [tunnel.http1Fields]', async () => {
  await using manager = await openManager({ onRequest: (_request, response) => void response.end() });
  const ask = async (lines: readonly string[]): Promise<number> => {
    await using client = await openRawClient(manager.server.port);
    client.send(`GET / HTTP/1.1\r\nhost: manager\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
    return (await client.readResponse()).status;
  };
  expect(await ask([`x: ${'x'.repeat(16_200)}`])).toBe(200);
  expect(await ask([`x: ${'x'.repeat(16_384)}`])).toBe(431);
  const further = Array.from({ length: 99 }, (_, index) => `x-${index}: x`);
  expect(await ask(further)).toBe(200);
  expect(await ask([...further, 'x: x'])).toBe(431);
});

test('a connection has a thousand requests [tunnel.http1Requests]', async () => {
  await using manager = await openManager({ onRequest: (_request, response) => void response.end() });
  await using client = await openRawClient(manager.server.port);
  const answers: (readonly [number, string | undefined])[] = [];
  for (let request = 1; request <= 999; request++) {
    client.send(get);
    const answer = await client.readResponse();
    answers.push([answer.status, answer.header('connection')]);
  }
  expect(new Set(answers.map(String))).toEqual(new Set(['200,keep-alive']));
  client.send(get.repeat(2));
  const last = await client.readResponse();
  expect([last.status, last.header('connection')]).toEqual([200, 'close']);
  expect((await client.readResponse()).status).toBe(503);
});

test('a manager that closes leaves no connection of HTTP/1.1 behind', async () => {
  let asked = false;
  const manager = await openManager({ clock: createFakeClock(), onRequest: () => void (asked = true) });
  await using client = await openRawClient(manager.server.port);
  client.send(get);
  await until(() => asked);
  await manager[Symbol.asyncDispose]();
  await until(() => client.ended);
});

test('who asks on without waiting for answers is cut off [tunnel.http1Unanswered]', async () => {
  const waiting: (() => void)[] = [];
  await using manager = await openManager({ onRequest: (_request, response) => void waiting.push(() => response.end('here')) });
  await using client = await openRawClient(manager.server.port);
  client.send(get.repeat(16));
  await until(() => waiting.length === 16);
  for (const answer of waiting) answer();
  for (let count = 0; count < 16; count++) expect((await client.readResponse()).body.toString()).toBe('here');
  client.send(get.repeat(17));
  await client.untilEnded();
  expect(waiting).toHaveLength(32);
});
