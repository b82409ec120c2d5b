import { InterceptError, silentLog, type Metrics } from '@switchyard/contract';
import { createFakeClock, openFakeKubernetes, until, type FakeKubernetes } from '@switchyard/testkit';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { KubeClient } from './client.ts';
import { kubeLimits } from './limits.ts';
import { openKubeClient } from './open-client.ts';
import { leases, pods, selfSubjectReviews, services, type SelfSubjectReview, type Service } from './resources/core.ts';
import { intercepts } from './resources/intercept.ts';

const clock = createFakeClock();

function open(fake: FakeKubernetes, metrics?: Metrics): Promise<KubeClient> {
  return openKubeClient({ clock, log: silentLog, ...(metrics === undefined ? {} : { metrics }) }, { kubeconfig: fake.kubeconfig });
}

async function failureOf(promise: Promise<unknown>): Promise<InterceptError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InterceptError)) throw new Error('it did not fail with an InterceptError', { cause: error });
  return error;
}

const orders: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'orders' }, spec: { ports: [{ port: 80 }] } };

test('creates, reads, lists, patches and deletes', async () => {
  await using fake = await openFakeKubernetes({ namespace: 'shop' });
  await using client = await open(fake);
  expect(client).toMatchObject({ namespace: 'shop', context: 'fake', server: fake.url });

  const created = await client.create(services, orders);
  expect(created.metadata).toMatchObject({ namespace: 'shop', uid: expect.any(String) });
  expect(await client.get(services, 'orders')).toEqual(created);
  expect(await client.get(services, 'orders', { namespace: 'other' })).toBeUndefined();

  const patched = await client.patch(services, 'orders', { t: 'merge', change: { spec: { selector: { app: 'orders' } } } });
  // A list of a built-in type does not say what its items are.
  expect(await client.list(services)).toEqual({ resourceVersion: patched.metadata.resourceVersion, items: [patched] });
  expect(await client.list(services, { labelSelector: 'app=none' })).toMatchObject({ items: [] });

  expect(await client.delete(services, 'orders', { uid: created.metadata.uid })).toBe(true);
  expect(await client.delete(services, 'orders')).toBe(false);
});

test('a dry run changes nothing, and writes name who writes', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  await client.create(services, orders, { dryRun: true, fieldManager: 'switchyard' });
  expect(fake.list(services)).toEqual([]);
  expect(fake.requests.at(-1)?.query.get('fieldManager')).toBe('switchyard');
  expect(fake.requests.at(-1)?.userAgent).toMatch(/^switchyard\/\d+\.\d+\.\d+$/);
  await client.patch(services, 'orders', { t: 'apply', object: orders });
  expect(fake.requests.at(-1)?.query.get('force')).toBe('true');
  expect(fake.list(services)).toHaveLength(1);
});

test('status is written apart', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  const intercept = { apiVersion: 'switchyard.dev/v1alpha1', kind: 'Intercept', metadata: { name: 'a.http.b' }, spec: { key: 'b' } };
  fake.put(intercept);
  const change = { status: { expiresAt: '2030-01-01T00:00:00Z' } };
  const written = await client.patch(intercepts, 'a.http.b', { t: 'merge', change }, { subresource: 'status' });
  expect(written.status).toEqual(change.status);
});

test('says who the caller is', async () => {
  await using fake = await openFakeKubernetes({ user: { username: 'alice', groups: ['devs'] } });
  await using client = await open(fake);
  const review: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  expect((await client.create(selfSubjectReviews, review)).status?.userInfo).toEqual({ username: 'alice', groups: ['devs'] });
});

test('each refusal has its code and the words of the server', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  fake.put(orders);

  const exists = await failureOf(client.create(services, orders));
  expect(exists).toMatchObject({ code: 'cluster_conflict', detail: { status: 409, reason: 'AlreadyExists' } });
  expect(exists.message).toContain('services "orders" already exists');
  expect(await failureOf(client.delete(services, 'orders', { uid: 'other' }))).toMatchObject({ code: 'cluster_conflict' });

  const stale = client.patch(services, 'orders', {
    t: 'json',
    operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }],
  });
  expect(await failureOf(stale)).toMatchObject({ code: 'cluster_refused', detail: { status: 422, reason: 'Invalid' } });
  expect(await failureOf(client.patch(services, 'carts', { t: 'merge', change: {} }))).toMatchObject({ code: 'cluster_not_found' });

  fake.missingGroups.add('switchyard.dev');
  expect(await failureOf(client.get(intercepts, 'a.http.b'))).toMatchObject({ code: 'cluster_not_found', detail: { status: 404 } });
  expect(await failureOf(client.delete(intercepts, 'a.http.b'))).toMatchObject({ code: 'cluster_not_found' });

  for (const [status, code] of [
    [400, 'cluster_refused'],
    [401, 'not_signed_in'],
    [403, 'not_allowed'],
    [410, 'cluster_gone'],
    [429, 'cluster_unavailable'],
    [500, 'cluster_unavailable'],
    [503, 'cluster_unavailable'],
  ] as const) {
    fake.refuse = () => ({ status, message: `because of ${status}` });
    const failure = await failureOf(client.list(pods));
    expect(failure).toMatchObject({ code, detail: { status } });
    expect(failure.message).toContain(`because of ${status}`);
  }
});

test('a server that is too busy is asked again when it says, and not for ever [kube.busyRetries]', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  let busy = 2;
  fake.refuse = () => (busy-- > 0 ? { busyForSeconds: 1 } : undefined);
  const created = client.create(services, orders);
  for (const asked of [1, 2]) {
    await until(() => fake.requests.length === asked && clock.pending > 1);
    clock.advance(1_000);
  }
  expect((await created).metadata.name).toBe('orders');
  busy = Infinity;
  const refused = failureOf(client.list(pods));
  for (let retries = 0; retries < kubeLimits.busyRetries.value; retries++) {
    await until(() => fake.requests.length === 4 + retries && clock.pending > 1);
    clock.advance(1_000);
  }
  expect(await refused).toMatchObject({ code: 'cluster_unavailable', detail: { status: 429 } });
  expect(clock.pending).toBe(0);
});

test('a server that asks for a long wait is asked again sooner [kube.busyWaitMs]', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  let busy = 1;
  fake.refuse = () => (busy-- > 0 ? { busyForSeconds: 25 } : undefined);
  const listed = client.list(pods);
  await until(() => fake.requests.length === 1 && clock.pending > 1);
  clock.advance(kubeLimits.busyWaitMs.value);
  expect(await listed).toMatchObject({ items: [] });
});

test('an outage is unavailable, and over when it is over', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  await client.list(pods);
  fake.pause();
  expect(await failureOf(client.list(pods))).toMatchObject({ code: 'cluster_unavailable' });
  fake.resume();
  expect(await client.list(pods)).toMatchObject({ items: [] });
});

test('a kept connection that broke is not met by a read', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  await client.list(pods);
  let breaks = 1;
  fake.refuse = () => {
    if (breaks-- > 0) {
      fake.pause();
      fake.resume();
    }
    return undefined;
  };
  expect(await client.list(pods)).toMatchObject({ items: [] });
  expect(fake.requests).toHaveLength(3);
  breaks = 1;
  // It may have been done.
  expect(await failureOf(client.create(services, orders))).toMatchObject({ code: 'cluster_unavailable' });
});

test('a silent server ends at the deadline, and a signal ends a call at once [kube.callMs]', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  fake.refuse = () => 'silence';
  const late = failureOf(client.list(pods));
  await until(() => fake.requests.length === 1);
  clock.advance(kubeLimits.callMs.value);
  expect(await late).toMatchObject({ code: 'cluster_unavailable', message: expect.stringContaining('did not answer within 30 s') });

  const stop = new AbortController();
  const canceled = failureOf(client.list(pods, { signal: stop.signal }));
  await until(() => fake.requests.length === 2);
  stop.abort();
  expect(await canceled).toMatchObject({ code: 'canceled' });
  expect(clock.pending).toBe(0);
});

test('what answers without being an API server is told, and too much of an answer [kube.answerBytes]', async () => {
  let body = '<html>';
  await using server = createServer((_request, response) => void response.end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using fake = await openFakeKubernetes();
  const { port } = server.address() as AddressInfo;
  await using client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: await pointTo(fake, `http://127.0.0.1:${port}`) });
  expect((await failureOf(client.list(pods))).message).toContain('is no Kubernetes API server');
  body = ' '.repeat(kubeLimits.answerBytes.value + 1);
  expect((await failureOf(client.list(pods))).message).toContain('larger than');
});

test('a token that ended is told', async () => {
  await using fake = await openFakeKubernetes({ token: 'first' });
  await using client = await open(fake);
  await client.list(pods);
  fake.token = 'second';
  expect(await failureOf(client.list(pods))).toMatchObject({ code: 'not_signed_in' });
});

test('counts calls by how they ended', async () => {
  const counted: object[] = [];
  const metrics: Metrics = {
    totals: () => {},
    gauge: () => {},
    counter: () => ({ add: (_amount, labels) => void counted.push(labels ?? {}) }),
  };
  await using fake = await openFakeKubernetes();
  await using client = await open(fake, metrics);
  await client.list(pods);
  await failureOf(client.patch(leases, 'none', { t: 'merge', change: {} }));
  expect(counted).toEqual([
    { verb: 'list', resource: 'pods', code: 'ok' },
    { verb: 'patch', resource: 'leases', code: 'cluster_not_found' },
  ]);
});

test('a watch tells what happens, until it is ended', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  const { resourceVersion } = await client.list(services);
  const stop = new AbortController();
  const events: unknown[] = [];
  const watching = (async () => {
    for await (const event of client.watch(services, { resourceVersion, silentMs: 1000, signal: stop.signal })) events.push(event);
  })();
  await until(() => fake.openWatches === 1);
  const put = fake.put(orders);
  fake.sendBookmarks();
  fake.remove(orders);
  await until(() => events.length === 3);
  expect(events).toEqual([
    { t: 'put', object: put },
    { t: 'bookmark', resourceVersion: '1001' },
    { t: 'delete', object: { ...put, metadata: { ...put.metadata, resourceVersion: '1002' } } },
  ]);
  expect(fake.requests.at(-1)?.query.get('allowWatchBookmarks')).toBe('true');
  stop.abort();
  await watching;
  await until(() => fake.openWatches === 0);
  expect(clock.pending).toBe(0);
});

test('a watch fails where the version is gone, the server is silent or the connection breaks', async () => {
  await using fake = await openFakeKubernetes();
  await using client = await open(fake);
  const { signal } = new AbortController();
  let heard = 0;
  const read = async (): Promise<void> => {
    for await (const _event of client.watch(services, { resourceVersion: '1000', silentMs: 90_000, signal })) heard++;
  };
  const watch = (): Promise<InterceptError> => failureOf(read());

  const silent = watch();
  await until(() => fake.openWatches === 1);
  fake.sendBookmarks();
  await until(() => heard === 1);
  clock.advance(90_000);
  expect(await silent).toMatchObject({ code: 'cluster_unavailable', message: expect.stringContaining('silent for 90 s') });

  await until(() => fake.openWatches === 0);
  const broken = watch();
  await until(() => fake.openWatches === 1);
  fake.cutWatches('reset');
  expect(await broken).toMatchObject({ code: 'cluster_unavailable' });

  for (const how of ['event', 'status'] as const) {
    fake.compact(how);
    expect(await watch()).toMatchObject({ code: 'cluster_gone' });
  }
});

/** A copy of the fake's kubeconfig that leads elsewhere. */
async function pointTo(fake: FakeKubernetes, url: string): Promise<string> {
  const { readFile, writeFile } = await import('node:fs/promises');
  const path = `${fake.kubeconfig}-elsewhere`;
  await writeFile(path, (await readFile(fake.kubeconfig, 'utf8')).replace(fake.url, url));
  return path;
}
