import { silentLog, silentMetrics, type PortProtocol } from '@switchyard/contract';
import { createSnapshot } from '@switchyard/route';
import { createFakeClock, openRawClient, openStrictOrigin, until, watchLeaks, type RawClient } from '@switchyard/testkit';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createRule, openScene, openSilentServer, passUntil, port, request, service, type Scene } from '../test/scene.ts';
import { routerLimits } from './limits.ts';
import { openRouter } from './router.ts';

test('an update takes effect on open connections', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using alice = await openStrictOrigin({ name: 'alice' });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  const seen: (string | undefined)[] = [];
  for (const rules of [[], [createRule('alice', alice.port)], []]) {
    scene.router.update(createSnapshot(rules));
    client.send(request);
    seen.push((await client.readResponse()).header('x-origin'));
  }
  expect(seen).toEqual(['baseline', 'alice', 'baseline']);
});

test('an update may name other headers, also for heads that have begun', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using alice = await openStrictOrigin({ name: 'alice' });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  const aliased = request.replace('X-Intercept-Id', 'X-My-Key');
  client.send(aliased);
  expect((await client.readResponse()).header('x-origin')).toBe('baseline');
  scene.router.update(createSnapshot([createRule('alice', alice.port)], { aliases: ['x-my-key'] }));
  client.send(aliased);
  expect((await client.readResponse()).header('x-origin')).toBe('alice');
});

test('a port that is taken is refused by its name', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const again = {
    service,
    port: 'other',
    host: '127.0.0.1',
    listenPort: scene.listenPort,
    protocol: 'http',
    baseline: { host: '127.0.0.1', port: 1 },
  } as const;
  await expect(scene.router.listen(again)).rejects.toMatchObject({ code: 'port_in_use' });
});

test('one connection too many is told so [router.connections]', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port, { connections: 2 });
  await using first = await openRawClient(scene.listenPort);
  await using second = await openRawClient(scene.listenPort);
  for (const client of [first, second]) {
    client.send(request);
    await client.readResponse();
  }
  await using third = await openRawClient(scene.listenPort);
  third.send(request);
  const refusal = await third.readResponse();
  expect([refusal.status, refusal.header('x-intercept-error'), refusal.header('connection')]).toEqual([429, 'limit_reached', 'close']);
  expect(await third.untilEnded()).toBe('end');
  second.end();
  await second.untilEnded();
  await using fourth = await openRawClient(scene.listenPort);
  fourth.send(request);
  expect((await fourth.readResponse()).status).toBe(200);
});

test('who finds no room and says nothing, or does not speak HTTP, is reset, and so are those beyond the many that are told [router.turnedAway]', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('auto', baseline.port, { connections: 0, turnedAway: 1 });
  await using silent = await openRawClient(scene.listenPort);
  await using beyond = await openRawClient(scene.listenPort);
  beyond.send(request);
  await beyond.untilEnded();
  expect(beyond.receivedBytes).toBe(0);
  await passUntil(scene.clock, () => silent.ended !== undefined);
  await using raw = await openRawClient(scene.listenPort);
  raw.send('\x16\x03\x01 no request');
  await raw.untilEnded();
  expect([silent.receivedBytes, raw.receivedBytes]).toEqual([0, 0]);
});

test('an address that has its share of the connections leaves the rest to others [router.connectionsPerAddress]', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port, { connectionsPerAddress: 1 });
  await using first = await openRawClient(scene.listenPort);
  first.send(request);
  await first.readResponse();
  await using second = await openRawClient(scene.listenPort);
  second.send(request);
  expect((await second.readResponse()).status).toBe(429);
  const other = connect({ host: '127.0.0.1', port: scene.listenPort, localAddress: '127.0.0.2' });
  other.write(request);
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
  other.destroy();
  first.end();
  await first.untilEnded();
  await using third = await openRawClient(scene.listenPort);
  third.send(request);
  expect((await third.readResponse()).status).toBe(200);
});

test('a raw port carries what nobody understands, and a server that speaks first is heard', async () => {
  await using server = await openSilentServer('220 hello\r\n');
  for (const protocol of ['tcp', 'auto'] as const) {
    await using scene = await openScene(protocol, server.port);
    await using client = await openRawClient(scene.listenPort);
    await passUntil(scene.clock, () => client.unread.length > 0);
    expect((await client.readUntil('\r\n')).toString()).toBe('220 hello\r\n');
    const notes = protocol === 'auto' ? ['1 connection did not speak HTTP and went to the baseline as a whole.'] : [];
    expect(scene.router.notes(service, port)).toEqual(notes);
  }
  expect(
    openRouter({
      clock: createFakeClock(),
      log: silentLog,
      metrics: silentMetrics,
      dialer: { dial: () => Promise.reject(new Error('no')) },
    }).notes(service, port),
  ).toEqual([]);
});

test('what the system took of a last answer reaches a slow client, also after the time to linger', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n';
  const answer = Buffer.concat([Buffer.from(head), Buffer.alloc(3_000_000, 'x')]);
  await using baseline = await openStrictOrigin({ answer: (_request, connection) => void connection.socket.end(answer) });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  client.pause();
  client.send('GET / HTTP/1.1\r\nHost: orders\r\n\r\n');
  await until(() => baseline.requests.length === 1);
  await until(() => baseline.open === 0, { about: 'the router to take the answer' });
  await passUntil(scene.clock, () => scene.clock.now() > 4 * routerLimits.lingerMs.value);
  client.resume();
  expect((await client.readAll()).length).toBe(answer.length);
});

test('connections of every kind are gone when the router is, and nothing is left behind', async () => {
  const leaks = watchLeaks();
  {
    await using silent = await openSilentServer('');
    await using greeting = await openSilentServer('220 hello\r\n');
    await using origin = await openStrictOrigin({ name: 'baseline' });
    await using clients = new AsyncDisposableStack();
    await using routers = new AsyncDisposableStack();
    const open = async (protocol: PortProtocol, baseline: number, text: string): Promise<{ scene: Scene; client: RawClient }> => {
      const scene = routers.use(await openScene(protocol, baseline));
      const client = clients.use(await openRawClient(scene.listenPort));
      client.send(text);
      return { scene, client };
    };
    await open('http', silent.port, '');
    await open('http', silent.port, 'GET');
    await open('http', silent.port, request);
    await open('auto', silent.port, 'PING\r\n');
    const { client: idle } = await open('http', origin.port, request);
    const { client: raw } = await open('tcp', greeting.port, '');
    const { scene: warm } = await open('auto', silent.port, '');
    await idle.readResponse();
    await raw.readUntil('\r\n');
    await until(async () => {
      warm.clock.advance(routerLimits.detectMs.value);
      return (await silent.connections()) === 3;
    });
    await routers.disposeAsync();
    await until(async () => (await silent.connections()) + (await greeting.connections()) === 0, { about: 'the servers to be left' });
  }
  await leaks.expectNone();
});

test('a drain announces the end, stops accepting after a while, and ends when nobody is left [router.drainAcceptMs] [router.drainIdleMs]', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  client.send(request);
  expect((await client.readResponse()).header('connection')).toBeUndefined();
  let drained = false;
  const drain = scene.router.drain(600_000).then(() => (drained = true));
  expect(scene.router.drain(1)).toBe(scene.router.drain(2));
  // New connections still come for a while, as not everybody knows yet.
  await using late = await openRawClient(scene.listenPort);
  late.send(request);
  expect((await late.readResponse()).header('connection')).toBe('close');
  await late.untilEnded();
  const began = scene.clock.now();
  let refusedAfterMs = 0;
  await passUntil(scene.clock, () => {
    void openRawClient(scene.listenPort).then(
      (probe) => probe.destroy(),
      () => (refusedAfterMs ||= scene.clock.now() - began),
    );
    return refusedAfterMs > 0;
  });
  expect(refusedAfterMs).toBeGreaterThanOrEqual(routerLimits.drainAcceptMs.value);
  // The idle connection is let be for a while too.
  expect([drained, client.ended]).toEqual([false, undefined]);
  await passUntil(scene.clock, () => client.ended !== undefined);
  expect(scene.clock.now() - began).toBeGreaterThanOrEqual(routerLimits.drainIdleMs.value);
  client.end();
  await passUntil(scene.clock, () => drained);
  await drain;
  expect(scene.clock.now() - began).toBeLessThan(600_000);
});

test('a drain ends with its grace, whoever is left', async () => {
  await using silent = await openSilentServer('');
  await using scene = await openScene('http', silent.port);
  await using client = await openRawClient(scene.listenPort);
  client.send(request);
  await until(async () => (await silent.connections()) === 1);
  let drained = false;
  const drain = scene.router.drain(2000).then(() => (drained = true));
  const began = scene.clock.now();
  await passUntil(scene.clock, () => drained);
  await drain;
  expect([scene.clock.now() - began >= 2000, client.ended]).toEqual([true, undefined]);
});

test('a port that is opened, or taken back, during a drain goes with the others', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const released = scene.router.release(service, port, 600_000);
  const drain = scene.router.drain(600_000);
  const common = { service, host: '127.0.0.1', protocol: 'http', baseline: { host: '127.0.0.1', port: baseline.port } } as const;
  const late = await scene.router.listen({ ...common, port: 'late', listenPort: 0 });
  await scene.router.listen({ ...common, port, listenPort: scene.listenPort });
  expect(await released).toBe('taken_back');
  for (const listenPort of [late, scene.listenPort]) {
    await using client = await openRawClient(listenPort);
    client.send(request);
    const response = await client.readResponse();
    expect([response.header('x-origin'), response.header('connection')]).toEqual(['baseline', 'close']);
    client.end();
  }
  let drained = false;
  void drain.then(() => (drained = true));
  await passUntil(scene.clock, () => drained);
  await expect(openRawClient(late)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(scene.router.listen({ ...common, port: 'later', listenPort: 0 })).rejects.toMatchObject({ code: 'draining' });
});
