import { parseDocument } from '@switchyard/config';
import { parseServiceName, silentLog, type Pipe } from '@switchyard/contract';
import { createMetrics, createSystemClock } from '@switchyard/runtime';
import {
  createFakeClock,
  openEchoServer,
  openRawClient,
  openStrictOrigin,
  until,
  watchLeaks,
  type StrictOrigin,
} from '@switchyard/testkit';
import { openManagerClient, openTunnelClient, type SessionEvent, type TunnelClient } from '@switchyard/tunnel';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openCutLink } from '../test/cut-link.ts';
import { createSpec } from '../test/fakes.ts';
import { openManager, type Manager } from './app.ts';
import { hashToken } from './auth/token-hash.ts';
import { managerSchema } from './config/schema.ts';

const clock = createSystemClock();
const token = 'a-token-of-alice-that-is-long-and-random';

/** A manager of one service, `orders`; `settings` are further lines of its configuration. */
function start(origin: StrictOrigin, settings = '', managerClock = clock): Promise<Manager> {
  const text = `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:0
health: 127.0.0.1:0
services: [{ name: orders, ports: [{ name: http, listen: "127.0.0.1:0", origin: "127.0.0.1:${origin.port}" }] }]
${settings}`;
  return openManager(parseDocument(text, 'manager.yaml', managerSchema), { clock: managerClock, log: silentLog, metrics: createMetrics() });
}

function urlOf(manager: Manager): URL {
  return new URL(`http://127.0.0.1:${manager.apiPort}`);
}

interface Agent extends AsyncDisposable {
  readonly client: TunnelClient;
  readonly events: readonly SessionEvent[];
}

/** An agent whose local process answers every request with its name. */
async function connect(
  url: URL,
  owner: string,
  { instance = `${owner}-instance-0000`, credential = undefined as string | undefined } = {},
): Promise<Agent> {
  const events: SessionEvent[] = [];
  const hello = { instance, owner, client: `${owner}s-laptop`, token: credential };
  const client = await openTunnelClient({ clock, log: silentLog }, { url, hello, signal: new AbortController().signal });
  client.onPipe((_intercept, pipe) => answerAs(owner, pipe));
  client.onEvent((event) => void events.push(event));
  return { client, events, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

function answerAs(name: string, pipe: Pipe): void {
  pipe.attach({
    onData: () => pipe.write(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`)),
    onEnd: () => pipe.end(),
    onDrain: () => {},
    onClose: () => {},
  });
  pipe.resume();
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly error: string | null;
}

/** Calls `orders` with `key`. */
async function call(manager: Manager, key?: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${manager.ports('orders', 'http')}/`, {
    headers: key === undefined ? {} : { 'x-intercept-id': key },
  });
  return { status: response.status, text: await response.text(), error: response.headers.get('x-intercept-error') };
}

async function health(manager: Manager, path: string): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${manager.healthPort}${path}`)).text();
}

test('requests with a key reach its agent, all others the baseline; then nothing is left', async () => {
  const leaks = watchLeaks();
  {
    await using origin = await openStrictOrigin({ name: 'baseline' });
    await using manager = await start(origin);
    await using alice = await connect(urlOf(manager), 'alice');
    const info = await alice.client.register(createSpec('alice'));
    expect(info).toMatchObject({ id: 'orders.http.alice', owner: 'alice', client: 'alices-laptop', session: 'ready' });

    expect(await call(manager, 'alice')).toMatchObject({ status: 200, text: 'alice' });
    expect(await call(manager)).toMatchObject({ status: 200, text: 'baseline GET /\n' });
    expect(await health(manager, '/readyz')).toBe('ok\n');
    const metrics = await health(manager, '/metrics');
    expect(metrics).toContain('switchyard_intercepts_ready 1\n');
    expect(metrics).toContain('switchyard_tunnel_sessions 1\n');
    expect(metrics).toContain('switchyard_tunnel_dials_total{held="false",outcome="opened"} 1\n');

    await alice.client.goodbye();
    expect(await call(manager, 'alice')).toMatchObject({ text: 'baseline GET /\n' });
    expect(await health(manager, '/metrics')).toContain('switchyard_intercepts_ended_total{reason="removed"} 1\n');
  }
  await leaks.expectNone();
});

test('conditions that are changed hold for the next request of an open connection, and `explain` says what happens', async () => {
  await using origin = await openStrictOrigin({ name: 'baseline' });
  await using manager = await start(origin);
  await using alice = await connect(urlOf(manager), 'alice');
  await using caller = await openRawClient(manager.ports('orders', 'http'));
  await using api = openManagerClient({ url: urlOf(manager), owner: 'bob', token: undefined, clock });
  const question = { service: parseServiceName('orders'), port: undefined, method: 'GET', target: '/', clientAddress: '127.0.0.1' };
  for (const method of ['GET', 'PUT', 'GET', 'DELETE']) {
    await alice.client.register({ ...createSpec('alice'), match: [[{ t: 'method', method }]] });
    caller.send('GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
    const { body } = await caller.readResponse('GET');
    expect(body.toString()).toBe(method === 'GET' ? 'alice' : 'baseline GET /\n');
    const report = await api.explain({ ...question, header: [['X-Intercept-Id', 'alice']] });
    expect(report.outcome).toBe(method === 'GET' ? 'routed' : 'passing');
  }
  await expect(api.explain({ ...question, service: parseServiceName('oders'), header: [] })).rejects.toMatchObject({
    code: 'service_not_found',
    hint: 'Did you mean "orders"?',
  });
});

test('the API lists services and intercepts, and removes only the own ones', async () => {
  await using origin = await openStrictOrigin();
  await using manager = await start(origin);
  const url = urlOf(manager);
  await using alice = await connect(url, 'alice');
  await alice.client.register(createSpec('alice'));
  await using ofBob = openManagerClient({ url, owner: 'bob', token: undefined, clock });
  await using ofAlice = openManagerClient({ url, owner: 'alice', token: undefined, clock });

  expect(await ofBob.info()).toEqual({
    version: '0.1.0',
    protocol: { min: 1, max: 2 },
    auth: 'none',
    owner: 'bob',
    now: expect.any(Date),
    policy: { keyless: false, percent: false },
  });
  const listen = `127.0.0.1:${manager.ports('orders', 'http')}`;
  expect(await ofBob.listServices()).toEqual([
    { name: 'orders', ports: [{ name: 'http', listen, baseline: `127.0.0.1:${origin.port}`, protocol: 'auto', notes: [] }] },
  ]);
  expect(await ofBob.listIntercepts()).toMatchObject([{ id: 'orders.http.alice', owner: 'alice' }]);
  expect(await ofBob.removeIntercepts({ all: true })).toEqual([]);
  expect(await ofAlice.removeIntercepts({ all: true })).toMatchObject([{ id: 'orders.http.alice' }]);
  await until(() => alice.events.length > 0);
  expect(alice.events).toEqual([{ t: 'intercept_ended', id: 'orders.http.alice', reason: 'removed' }]);
});

test('a conflict names the owner', async () => {
  await using origin = await openStrictOrigin();
  await using manager = await start(origin);
  await using bob = await connect(urlOf(manager), 'bob');
  await using alice = await connect(urlOf(manager), 'alice');
  await bob.client.register(createSpec('alice'));
  await expect(alice.client.register(createSpec('alice'))).rejects.toMatchObject({
    code: 'route_conflict',
    message: expect.stringMatching(/^"alice" on orders is already intercepted by bob \(bobs-laptop\) since \d\d:\d\d UTC\.$/),
    hint: 'Use another key (--key), or ask bob to stop.',
  });
  await expect(alice.client.register(createSpec('alice', { service: 'oders' }))).rejects.toMatchObject({ code: 'service_not_found' });
});

test('while a session is lost requests are held, and the next process of its owner answers them', async () => {
  await using origin = await openStrictOrigin();
  await using manager = await start(origin);
  await using link = await openCutLink(manager.apiPort);
  await using first = await connect(link.url, 'alice', { instance: 'alice-instance-1' });
  await first.client.register(createSpec('alice'));
  await using second = await connect(urlOf(manager), 'alice', { instance: 'alice-instance-2' });
  await expect(second.client.register(createSpec('alice'))).rejects.toMatchObject({ code: 'route_conflict' });

  link.cut();
  expect(await first.client.closed).toMatchObject({ code: 'tunnel_lost' });
  await until(async () => (await health(manager, '/metrics')).includes('switchyard_intercepts_away 1\n'));
  const held = call(manager, 'alice');
  await until(async () => (await health(manager, '/metrics')).includes('switchyard_held_connections 1\n'));
  await second.client.register(createSpec('alice'));
  expect(await held).toMatchObject({ status: 200, text: 'alice' });
});

test('after the hold a request fails, or the baseline answers it, as its owner chose', async () => {
  await using origin = await openStrictOrigin({ name: 'baseline' });
  await using manager = await start(origin, 'limits: { hold: 0s, awayLifetime: 300ms }');
  await using link = await openCutLink(manager.apiPort);
  await using alice = await connect(link.url, 'alice');
  await alice.client.register(createSpec('alice'));
  await alice.client.register({ ...createSpec('alice-2'), whenAway: 'baseline' });
  link.cut();
  await until(async () => (await health(manager, '/metrics')).includes('switchyard_intercepts_away 2\n'));
  expect(await call(manager, 'alice')).toMatchObject({
    status: 503,
    error: 'developer_offline',
    text: expect.stringContaining('"alice" on orders is intercepted by alice (alices-laptop), whose session was lost at '),
  });
  expect(await call(manager, 'alice-2')).toMatchObject({ status: 200, text: 'baseline GET /\n' });
  await until(async () => (await health(manager, '/metrics')).includes('switchyard_intercepts_ended_total{reason="session_gone"} 2\n'));
  expect(await call(manager, 'alice')).toMatchObject({ status: 200, text: 'baseline GET /\n' });
});

test('in mode token the token decides who somebody is', async () => {
  await using origin = await openStrictOrigin();
  await using manager = await start(origin, `auth: { mode: token, users: [{ name: alice, token: "${hashToken(token)}" }] }`);
  const url = urlOf(manager);
  await expect(connect(url, 'alice')).rejects.toMatchObject({ code: 'not_signed_in' });
  await expect(connect(url, 'alice', { credential: 'wrong' })).rejects.toMatchObject({
    code: 'not_signed_in',
    hint: expect.stringContaining('INTERCEPT_TOKEN'),
  });
  await using agent = await connect(url, 'mallory', { credential: token });
  expect(await agent.client.register(createSpec('alice'))).toMatchObject({ owner: 'alice' });

  await using stranger = openManagerClient({ url, owner: 'alice', token: 'wrong', clock });
  expect(await stranger.info()).toEqual(expect.objectContaining({ auth: 'token', owner: undefined }));
  await expect(stranger.listIntercepts()).rejects.toMatchObject({ code: 'not_signed_in' });
  await expect(stranger.removeIntercepts({ all: true })).rejects.toMatchObject({ code: 'not_signed_in' });
});

test('a start that fails leaves nothing open', async () => {
  const leaks = watchLeaks();
  {
    await using origin = await openStrictOrigin();
    await using other = await openEchoServer();
    const text = `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${other.port}
health: 127.0.0.1:0
services: [{ name: orders, ports: [{ name: http, listen: "127.0.0.1:0", origin: "127.0.0.1:${origin.port}" }] }]`;
    const config = parseDocument(text, 'manager.yaml', managerSchema);
    const before = watchLeaks();
    await expect(openManager(config, { clock, log: silentLog, metrics: createMetrics() })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(String(other.port)),
    });
    await before.expectNone();
  }
  await leaks.expectNone();
});

test('a drain tells the agents, is no longer ready, and lets the running exchange end', async () => {
  const answering = Promise.withResolvers<void>();
  await using origin = await openStrictOrigin({
    async answer(_request, connection) {
      await answering.promise;
      connection.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate');
    },
  });
  await using manager = await start(origin);
  await using alice = await connect(urlOf(manager), 'alice');
  await alice.client.register(createSpec('alice'));
  const running = call(manager);
  await until(() => origin.requests.length === 1);
  const drained = manager.drain();
  await until(() => alice.events.length > 0);
  expect(alice.events).toEqual([{ t: 'draining' }]);
  expect(await health(manager, '/readyz')).toBe('draining\n');
  await expect(connect(urlOf(manager), 'bob')).rejects.toMatchObject({ code: 'draining' });
  answering.resolve();
  expect(await running).toMatchObject({ status: 200, text: 'late' });
  await drained;
});

test('a drain cuts what goes on for more than 10 s [manager.drainGraceMs]', async () => {
  await using origin = await openStrictOrigin({ answer: () => new Promise(() => {}) });
  const managerClock = createFakeClock();
  await using manager = await start(origin, '', managerClock);
  const running = call(manager).catch(() => 'cut');
  await until(() => origin.requests.length === 1);
  const startMs = managerClock.now();
  let isOver = false;
  const drained = manager.drain().then(() => (isOver = true));
  // In small steps: it looks again and again whether anybody is left.
  for (let passedMs = 0; passedMs < 9_900; passedMs += 50) {
    managerClock.advance(50);
    await setImmediate();
  }
  expect(isOver).toBe(false);
  await until(() => {
    managerClock.advance(50);
    return isOver;
  });
  await drained;
  expect(managerClock.now() - startMs).toBeLessThan(12_000);
  await manager[Symbol.asyncDispose]();
  expect(await running).toBe('cut');
});
