import { parseServiceName } from '@switchyard/contract';
import { createSnapshot } from '@switchyard/route';
import {
  answerPlainly,
  openRawClient,
  openStrictOrigin,
  until,
  watchLeaks,
  type RawClient,
  type StrictOriginOptions,
} from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { routerLimits } from '../src/limits.ts';
import { createPort, createRule, openScene, pass, passUntil, port, request, service, toBaseline, type Scene } from './scene.ts';

const graceMs = 60_000;
const { drainAcceptMs, drainIdleMs, lingerMs } = routerLimits;

/** Begins a release and tells how it ends. */
function begin({ router }: Scene, ms = graceMs): { readonly outcome: string | undefined } {
  let outcome: string | undefined;
  void router.release(service, port, ms).then((released) => (outcome = released));
  return {
    get outcome() {
      return outcome;
    },
  };
}

async function ask(client: RawClient): Promise<{ origin: string | undefined; connection: string | undefined }> {
  client.send(request);
  const response = await client.readResponse();
  return { origin: response.header('x-origin'), connection: response.header('connection') };
}

/** An origin that switches to an echo when it is asked for `/echo`. */
const upgrading: StrictOriginOptions = {
  answer(_request, connection) {
    connection.send('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    connection.splice((bytes) => connection.send(bytes));
  },
};

/**
 * Sends `paths`, `depth` at a time, over as many connections as it takes; what a connection that ends in order has not answered goes out
 * again.
 */
async function sendAll(listenPort: number, paths: readonly string[], depth: number): Promise<void> {
  let left = [...paths];
  while (left.length > 0) {
    await using client = await openRawClient(listenPort);
    for (let closes = false; !closes && left.length > 0;) {
      const batch = left.slice(0, depth);
      client.send(batch.map((path) => `GET ${path} HTTP/1.1\r\nHost: orders\r\n\r\n`).join(''));
      for (const path of batch) {
        const response = await client.readResponse();
        expect(response.body.toString()).toBe(`baseline GET ${path}\n`);
        left = left.slice(1);
        closes = response.header('connection') === 'close';
        if (closes) break;
      }
    }
  }
}

test('a release under kept-alive and pipelined traffic loses no request, and none happens twice', async () => {
  let release: { readonly outcome: string | undefined } | undefined;
  await using baseline = await openStrictOrigin({
    name: 'baseline',
    answer(asked, connection) {
      // Others are on their way behind this one.
      if (baseline.requests.length >= 100) release ??= begin(scene);
      answerPlainly('baseline', asked, connection);
    },
  });
  await using scene = await openScene('http', baseline.port);
  const depths = [1, 1, 4, 16];
  const pathsOf = (client: number): string[] => Array.from({ length: 64 }, (_, index) => `/${client}/${index}`);
  await Promise.all(depths.map((depth, client) => sendAll(scene.listenPort, pathsOf(client), depth)));
  expect(baseline.requests.map(({ target }) => target).toSorted()).toEqual(depths.flatMap((_, client) => pathsOf(client)).toSorted());
  expect(release?.outcome).toBeUndefined();
  await passUntil(scene.clock, () => release?.outcome !== undefined);
  expect([release?.outcome, scene.router.ports(), scene.openConnections]).toEqual(['gone', [], 0]);
  await expect(openRawClient(scene.listenPort)).rejects.toThrow('ECONNREFUSED');
});

test('a release goes on accepting for a while, then ends as soon as nobody is left', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const release = begin(scene);
  expect(scene.router.ports()).toEqual([{ service, port, listenPort: scene.listenPort, releasing: true }]);
  await pass(scene.clock, drainAcceptMs.value - 500);
  await using late = await openRawClient(scene.listenPort);
  expect(await ask(late)).toEqual({ origin: 'baseline', connection: 'close' });
  expect([await late.untilEnded(), release.outcome]).toEqual(['end', undefined]);
  late.end();
  await until(() => scene.openConnections === 0);
  const began = scene.clock.now();
  await passUntil(scene.clock, () => release.outcome === 'gone');
  expect(scene.clock.now() - began).toBeLessThan(2000);
});

test('an idle connection is ended in order, in time for its client to leave before the grace is over', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  await ask(client);
  const release = begin(scene, drainIdleMs.value);
  await pass(scene.clock, drainIdleMs.value - lingerMs.value - 500);
  expect(client.ended).toBeUndefined();
  await pass(scene.clock, 1000);
  expect([await client.untilEnded(), release.outcome]).toEqual(['end', undefined]);
  client.end();
  await passUntil(scene.clock, () => release.outcome === 'gone');
  expect([client.aborted, scene.openConnections]).toEqual([false, 0]);
});

test('upgraded and raw connections and requests without an answer are let be until the grace is over', async () => {
  await using origin = await openStrictOrigin(upgrading);
  await using scene = await openScene('auto', origin.port);
  await using upgraded = await openRawClient(scene.listenPort);
  upgraded.send('GET /echo HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await upgraded.readUntil('\r\n\r\n');
  await using raw = await openRawClient(scene.listenPort);
  raw.send('PING\r\n');
  await until(() => origin.accepted.length === 2);
  const release = begin(scene, 2 * drainIdleMs.value);
  await pass(scene.clock, 2 * drainIdleMs.value - 1000);
  upgraded.send('still there?');
  expect((await upgraded.readBytes(12)).toString()).toBe('still there?');
  expect([raw.ended, release.outcome, scene.openConnections]).toEqual([undefined, undefined, 2]);
  await passUntil(scene.clock, () => release.outcome === 'gone');
  expect([await upgraded.untilEnded(), await raw.untilEnded(), scene.openConnections]).toEqual(['abort', 'abort', 0]);
});

test('a port that is taken back keeps its listener and its connections; new ones get the new baseline', async () => {
  await using before = await openStrictOrigin({ name: 'before' });
  await using after = await openStrictOrigin({ name: 'after' });
  await using alice = await openStrictOrigin({ name: 'alice' });
  await using scene = await openScene('http', before.port);
  await using client = await openRawClient(scene.listenPort);
  await ask(client);
  const release = begin(scene);
  await pass(scene.clock, drainAcceptMs.value + 1000);
  const { listenPort } = scene;
  expect(await scene.router.listen(createPort({ listenPort, protocol: 'auto', baseline: toBaseline(after.port) }))).toBe(listenPort);
  await until(() => release.outcome === 'taken_back');
  expect(scene.router.ports()).toEqual([{ service, port, listenPort, releasing: false }]);
  await pass(scene.clock, 2 * graceMs);
  expect(await ask(client)).toEqual({ origin: 'before', connection: undefined });
  await using fresh = await openRawClient(listenPort);
  expect(await ask(fresh)).toEqual({ origin: 'after', connection: undefined });
  scene.router.update(createSnapshot([createRule('alice', alice.port)]));
  for (const each of [client, fresh]) expect((await ask(each)).origin).toBe('alice');
  await using raw = await openRawClient(listenPort);
  raw.send('PING\r\n');
  await until(() => scene.router.notes(service, port).length === 1);
  // It can be released again.
  const second = begin(scene, 0);
  await until(() => second.outcome === 'gone');
  expect([await client.untilEnded(), await fresh.untilEnded()]).toEqual(['abort', 'abort']);
});

test('what is released may be listened to again, by the same service or by another one', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const { router, listenPort } = scene;
  const other = createPort({ service: parseServiceName('other'), listenPort, baseline: toBaseline(baseline.port) });
  await expect(router.listen(other)).rejects.toMatchObject({ code: 'port_in_use' });
  expect(await router.release(service, port, 0)).toBe('gone');
  expect(await router.listen(other)).toBe(listenPort);
  await using client = await openRawClient(listenPort);
  expect((await ask(client)).origin).toBe('baseline');
  const again = await router.listen(createPort({ baseline: toBaseline(baseline.port) }));
  expect(again).not.toBe(listenPort);
  await using back = await openRawClient(again);
  expect((await ask(back)).origin).toBe('baseline');
});

test('a port that is being closed is opened anew, also while that goes on', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  await ask(client);
  const released = scene.router.release(service, port, 0);
  // The grace is over after a turn of promises; the sockets take a turn of the event loop.
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  const { listenPort } = scene;
  expect(await scene.router.listen(createPort({ listenPort, baseline: toBaseline(baseline.port) }))).toBe(listenPort);
  expect([scene.openConnections, await released, await client.untilEnded()]).toEqual([0, 'gone', 'abort']);
  await using fresh = await openRawClient(listenPort);
  expect(await ask(fresh)).toEqual({ origin: 'baseline', connection: undefined });
});

test('what makes no sense is refused; what is done already is no mistake', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const { router, listenPort } = scene;
  expect(await router.release(service, 'other', graceMs)).toBe('gone');
  await expect(router.listen(createPort({ listenPort }))).rejects.toMatchObject({ code: 'bad_usage' });
  await using client = await openRawClient(listenPort);
  await ask(client);
  const release = begin(scene, 20_000);
  await expect(router.listen(createPort({ listenPort: listenPort - 1 }))).rejects.toMatchObject({ code: 'bad_usage' });
  // A second one does not shorten the first.
  const second = begin(scene, 0);
  await pass(scene.clock, drainAcceptMs.value);
  expect([release.outcome, second.outcome]).toEqual([undefined, undefined]);
  await passUntil(scene.clock, () => release.outcome === 'gone' && second.outcome === 'gone');
});

test('while the whole router drains, a release goes on', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using scene = await openScene('http', baseline.port);
  const { router, clock, listenPort } = scene;
  await using client = await openRawClient(listenPort);
  await ask(client);
  const release = begin(scene, 30_000);
  let drained = false;
  void router.drain(graceMs).then(() => (drained = true));
  await passUntil(clock, () => release.outcome === 'gone');
  await passUntil(clock, () => drained);
  expect([client.ended, scene.openConnections]).toEqual(['end', 0]);
});

test('a port that is opened while the router begins to drain goes with the others', async () => {
  await using scene = await openScene('http', 1);
  const listening = scene.router.listen(createPort({ port: 'other' }));
  let drained = false;
  void scene.router.drain(graceMs).then(() => (drained = true));
  const listenPort = await listening;
  await passUntil(scene.clock, () => drained);
  await expect(openRawClient(listenPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a router that is disposed within a release leaves nothing behind', async () => {
  const leaks = watchLeaks();
  {
    await using baseline = await openStrictOrigin({ name: 'baseline' });
    await using scene = await openScene('http', baseline.port);
    await using client = await openRawClient(scene.listenPort);
    await ask(client);
    const release = begin(scene);
    void scene.router.drain(graceMs);
    await pass(scene.clock, 1000);
    await scene[Symbol.asyncDispose]();
    await until(() => release.outcome === 'gone');
    expect([scene.openConnections, await client.untilEnded()]).toEqual([0, 'abort']);
    await until(() => scene.clock.pending === 0);
  }
  await leaks.expectNone();
});
