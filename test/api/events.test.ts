import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { openDeveloper, openTestSystem } from '../support/test-system.ts';
import { ask } from './ask.ts';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly owner: string;
  readonly reason?: string;
}

/** A reader of server-sent events, as a browser is one. */
interface Reader extends Disposable {
  readonly response: IncomingMessage;
  readonly told: readonly Told[];
  readonly text: () => string;
}

async function follow(port: number, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Reader> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path: `/api/v1/events${query}`,
    headers: { 'switchyard-owner': 'alice', accept: 'text/event-stream', ...headers },
    agent: false,
  });
  outgoing.on('error', () => {}).end();
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('no response');
  const told: Told[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    told.length = 0;
    for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm)) told.push(JSON.parse(data) as Told);
  });
  response.on('error', () => {});
  return { response, told, text: () => text, [Symbol.dispose]: () => void response.destroy() };
}

test('what happens to an intercept is told, to its owner and to who asks for everybody’s', async () => {
  await using system = await openTestSystem({ keys: [] });
  const { apiPort } = system.manager;
  using alice = await follow(apiPort);
  using everybody = await follow(apiPort, '?all=true', { 'switchyard-owner': 'carol' });
  expect(alice.response.headers['content-type']).toBe('text/event-stream');
  {
    await using _bob = await openDeveloper(apiPort, { key: 'bob' });
    await using _alice = await openDeveloper(apiPort, { key: 'alice' });
  }
  await until(() => alice.told.at(-1)?.type === 'session_closed' && everybody.told.length === 8);
  expect(alice.told.map(({ type, owner, reason }) => [type, owner, reason])).toEqual([
    ['session_opened', 'alice', undefined],
    ['intercept_created', 'alice', undefined],
    ['intercept_ended', 'alice', 'removed'],
    ['session_closed', 'alice', 'goodbye'],
  ]);
  expect(alice.text()).toMatch(/^retry: 2000\n\nid: \w+-\d+\nevent: session_opened\ndata: \{/);
  expect((await ask(apiPort, '/events')).data.events).toEqual(alice.told);
  expect((await ask(apiPort, '/events?all=true')).data.events).toEqual(everybody.told);
});

test('a refused conflict is told to who asked', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  const { apiPort } = system.manager;
  await expect(openDeveloper(apiPort, { key: 'alice' })).rejects.toMatchObject({ code: 'route_conflict' });
  const { events } = (await ask(apiPort, '/events')).data;
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'intercept_refused', reason: 'route_conflict', service: 'orders', key: 'alice' }),
  );
});

test('who comes back goes on where they were', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  const { apiPort } = system.manager;
  const [opened, created] = (await ask(apiPort, '/events')).data.events;
  using again = await follow(apiPort, '', { 'last-event-id': opened.id });
  await until(() => again.told.length === 1);
  expect(again.told).toEqual([created]);
  expect((await ask(apiPort, `/events?after=${created.id}`)).data.events).toEqual([]);
});

test('who was away for too long, or during a restart, learns that something is missing', async () => {
  await using system = await openTestSystem({ keys: ['alice'] });
  using reader = await follow(system.manager.apiPort, '', { 'last-event-id': '0123456789ab-7' });
  await until(() => reader.told.length === 3);
  expect(reader.told.map(({ id, type }) => [id === '', type])).toEqual([
    [true, 'events_missed'],
    [false, 'session_opened'],
    [false, 'intercept_created'],
  ]);
  expect(reader.text()).not.toMatch(/^id: *$/m);
});

test('streams are bounded per owner, and free again when a reader goes [manager.eventStreamsPerOwner]', async () => {
  await using system = await openTestSystem({ keys: [] });
  const { apiPort } = system.manager;
  const readers = await Promise.all(Array.from({ length: 8 }, () => follow(apiPort)));
  using refused = await follow(apiPort);
  expect(refused.response.statusCode).toBe(429);
  using other = await follow(apiPort, '', { 'switchyard-owner': 'bob' });
  expect(other.response.statusCode).toBe(200);
  readers[0]?.[Symbol.dispose]();
  await until(async () => {
    using again = await follow(apiPort);
    return again.response.statusCode === 200;
  });
  for (const reader of readers) reader[Symbol.dispose]();
});
