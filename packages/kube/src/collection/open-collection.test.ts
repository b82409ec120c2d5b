import { silentLog } from '@switchyard/contract';
import { createFakeClock, openFakeKubernetes, until, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { KubeClient } from '../client.ts';
import { kubeLimits } from '../limits.ts';
import { openKubeClient } from '../open-client.ts';
import { services, type Service } from '../resources/core.ts';
import { intercepts } from '../resources/intercept.ts';
import { openCollection, type CollectionDeps } from './open-collection.ts';
import { watchObject } from './watch-object.ts';

interface Stage extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly fake: FakeKubernetes;
  readonly client: KubeClient;
  readonly deps: CollectionDeps;
  /** Lists so far. */
  lists(): number;
  /** Lets every wait for a next attempt pass until `condition` holds. */
  pass(condition: () => boolean): Promise<void>;
}

async function openStage(): Promise<Stage> {
  const clock = createFakeClock();
  const fake = await openFakeKubernetes();
  const client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: fake.kubeconfig });
  return {
    clock,
    fake,
    client,
    deps: { clock, log: silentLog, client },
    lists: () => fake.requests.filter(({ method, query }) => method === 'GET' && !query.has('watch')).length,
    pass: async (condition) => {
      await until(() => {
        if (!condition()) clock.advance(500);
        return condition();
      });
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

function service(name: string, app = name): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, labels: { app } }, spec: { ports: [{ port: 80 }] } };
}

test('has what is there, and follows what happens', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  const first = fake.put(service('orders'));
  using collection = openCollection(deps, services);
  expect(collection.connected).toBe(false);
  await collection.synced;
  expect([...collection.objects]).toEqual([['orders', first]]);
  expect(collection.connected).toBe(true);

  await until(() => fake.openWatches === 1);
  const before = collection.objects;
  const second = fake.put(service('carts'));
  fake.remove(first);
  await until(() => !collection.objects.has('orders'));
  expect(collection.get('carts')).toEqual(second);
  expect([...before.keys()]).toEqual(['orders']);
  // Bookmarks carry it on: the next watch begins there.
  expect(stage.lists()).toBe(1);
});

test('tells of changes once a turn, and of nothing when nothing changed', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  let told = 0;
  collection.onChange(() => told++);
  await new Promise(setImmediate);
  told = 0;
  const learned = { ...service('orders'), metadata: { name: 'orders', resourceVersion: '2000' } };
  collection.learn(learned);
  collection.learn({ ...learned, metadata: { name: 'carts', resourceVersion: '2001' } });
  collection.learn(learned);
  expect(told).toBe(0);
  await new Promise(setImmediate);
  expect(told).toBe(1);
  collection.learn(learned);
  await new Promise(setImmediate);
  expect(told).toBe(1);
});

test('tells what was deleted as it was last, where that was changed in the same turn too', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  fake.put(service('orders'));
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  const seen: unknown[] = [];
  const stop = collection.onDelete((last) => seen.push(last.metadata.labels));
  collection.onChange(() => seen.push(collection.objects.size));
  const last = fake.put(service('orders', 'last words'));
  fake.remove(last);
  await until(() => seen.includes(0));
  expect(seen).toEqual([{ app: 'last words' }, 0]);
  stop();
  fake.remove(fake.put(service('carts')));
  fake.put(service('shop'));
  await until(() => collection.objects.has('shop'));
  expect(seen[0]).toEqual({ app: 'last words' });
  expect(seen.filter((each) => typeof each === 'object')).toHaveLength(1);
});

test('an orderly end of a watch costs no list, and begins where bookmarks came to', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  using collection = openCollection(deps, services, { labelSelector: 'app=orders' });
  await collection.synced;
  await until(() => fake.openWatches === 1);
  fake.put(service('unrelated'));
  fake.sendBookmarks();
  fake.cutWatches();
  await until(() => fake.requests.length === 3);
  expect(fake.requests.at(-1)?.query.get('resourceVersion')).toBe('1001');
  fake.put(service('orders'));
  await until(() => collection.get('orders'));
  expect(stage.lists()).toBe(1);
});

test.each(['event', 'status'] as const)('lists anew when its version is gone (%s)', async (how) => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  const orders = fake.put(service('orders'));
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  // What happens between the end of the watch and the compaction is told by no watch.
  fake.refuse = () => {
    fake.refuse = () => undefined;
    fake.remove(orders);
    fake.put(service('carts'));
    fake.compact(how);
    return undefined;
  };
  fake.cutWatches();
  await stage.pass(() => collection.objects.has('carts'));
  expect([...collection.objects.keys()]).toEqual(['carts']);
  expect(collection.connected).toBe(true);
  expect(stage.lists()).toBe(2);
});

test('an outage keeps the last state, and its end brings the news', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  const orders = fake.put(service('orders'));
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  let told = 0;
  collection.onChange(() => told++);
  fake.pause();
  await until(() => !collection.connected && told === 1);
  fake.remove(orders);
  expect(collection.get('orders')).toBeDefined();
  fake.resume();
  await stage.pass(() => collection.connected);
  expect(collection.objects.size).toBe(0);
});

test('a connection that went silent is given up [kube.silentMs]', async () => {
  await using stage = await openStage();
  const { fake, deps, clock } = stage;
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  fake.put(service('orders'));
  await until(() => collection.get('orders'));
  clock.advance(kubeLimits.silentMs.value);
  await until(() => !collection.connected);
  await stage.pass(() => collection.connected);
  expect(stage.lists()).toBe(2);
});

test('a watch ends by itself after a while, and one with too large an event at once [kube.watchMs] [kube.eventBytes]', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  using collection = openCollection(deps, services);
  await collection.synced;
  await until(() => fake.openWatches === 1);
  expect(fake.requests.at(-1)?.query.get('timeoutSeconds')).toBe('300');
  const { metadata, ...rest } = service('large');
  fake.put({ ...rest, metadata: { ...metadata, annotations: { note: 'x'.repeat(2 * kubeLimits.eventBytes.value) } } });
  await stage.pass(() => collection.objects.has('large'));
  expect(stage.lists()).toBe(2);
});

test('keeps trying while the server is away, and attempts get rarer [kube.firstRetryMs] [kube.maxRetryMs]', async () => {
  await using stage = await openStage();
  const { fake, deps, clock } = stage;
  fake.refuse = () => 503;
  using collection = openCollection(deps, services);
  await stage.pass(() => fake.requests.length === 20);
  // Twenty attempts with waits of at most 0.25 s would take 5 s.
  expect(clock.now()).toBeGreaterThan(10_000);
  fake.refuse = () => undefined;
  await stage.pass(() => collection.connected);
  await collection.synced;
});

test.each([
  [401, 'not_signed_in'],
  [403, 'not_allowed'],
] as const)('gives up what no retry heals: %i', async (status, code) => {
  await using stage = await openStage();
  stage.fake.refuse = () => status;
  using collection = openCollection(stage.deps, services);
  await expect(collection.synced).rejects.toMatchObject({ code });
  expect(stage.clock.pending).toBe(0);
});

test('gives up a resource type that is not installed, but not one that was', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  using listed = openCollection(deps, intercepts);
  await listed.synced;
  await until(() => fake.openWatches === 1);
  fake.missingGroups.add('switchyard.dev');
  using collection = openCollection(deps, intercepts);
  await expect(collection.synced).rejects.toMatchObject({ code: 'cluster_not_found' });
  fake.cutWatches('reset');
  await until(() => !listed.connected);
  fake.missingGroups.clear();
  await stage.pass(() => listed.connected);
});

test('disposing ends the watch, every timer and the wait for the first list', async () => {
  await using stage = await openStage();
  const { fake, deps, clock } = stage;
  {
    using collection = openCollection(deps, services);
    await collection.synced;
    await until(() => fake.openWatches === 1);
  }
  await until(() => fake.openWatches === 0 && clock.pending === 0);
  fake.refuse = () => 'silence';
  const collection = openCollection(deps, services);
  collection[Symbol.dispose]();
  await expect(collection.synced).rejects.toMatchObject({ code: 'canceled' });
  await until(() => clock.pending === 0);
});

test('one object is told of from its absence to its end', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  const stop = new AbortController();
  const seen: (string | undefined)[] = [];
  const watching = (async () => {
    for await (const object of watchObject(deps, services, 'orders', { signal: stop.signal })) seen.push(object?.metadata.labels?.['app']);
  })();
  await until(() => seen.length === 1 && fake.openWatches === 1);
  fake.put(service('carts'));
  fake.put(service('orders', 'a'));
  await until(() => seen.length === 2);
  fake.put(service('orders', 'b'));
  await until(() => seen.length === 3);
  fake.remove(service('orders'));
  await until(() => seen.length === 4);
  stop.abort();
  await watching;
  expect(seen).toEqual([undefined, 'a', 'b', undefined]);
  await until(() => fake.openWatches === 0);
});

test('watching one object fails as listing does, and ends at once when it is not wanted', async () => {
  await using stage = await openStage();
  const { fake, deps } = stage;
  fake.refuse = () => 403;
  const { signal } = new AbortController();
  await expect(watchObject(deps, services, 'orders', { signal }).next()).rejects.toMatchObject({ code: 'not_allowed' });
  expect(await watchObject(deps, services, 'orders', { signal: AbortSignal.abort() }).next()).toMatchObject({ done: true });
});
