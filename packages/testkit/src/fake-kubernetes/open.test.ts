import { expect, test } from 'vitest';
import { openFakeKubernetes, type FakeKubernetes } from './open.ts';

const services = { group: '', plural: 'services' };
const intercepts = { group: 'switchyard.dev', plural: 'intercepts' };

function call(fake: FakeKubernetes, method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Response> {
  const headers = { authorization: `Bearer ${fake.token}`, 'content-type': contentType };
  return fetch(`${fake.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
}

interface Answer {
  readonly status: number;
  readonly body: Partial<FakeList> & Readonly<Record<string, unknown>>;
}

interface FakeList {
  readonly metadata: object;
  readonly items: readonly object[];
}

async function readJson(response: Promise<Response>): Promise<Answer> {
  const answer = await response;
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

function patchJson(fake: FakeKubernetes, path: string, operations: unknown): Promise<Answer> {
  return readJson(call(fake, 'PATCH', path, operations, 'application/json-patch+json'));
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders' },
  spec: { selector: { app: 'orders' }, ports: [{ port: 80 }] },
};
const intercept = {
  apiVersion: 'switchyard.dev/v1alpha1',
  kind: 'Intercept',
  metadata: { name: 'orders.http.alice' },
  spec: { key: 'alice' },
};
const servicesPath = '/api/v1/namespaces/shop/services';
const interceptPath = '/apis/switchyard.dev/v1alpha1/namespaces/shop/intercepts/orders.http.alice';

test('creates a Service once, with what a server adds', async () => {
  await using fake = await openFakeKubernetes();
  const first = await readJson(call(fake, 'POST', servicesPath, service));
  expect(first.status).toBe(201);
  expect(first.body.metadata).toMatchObject({ name: 'orders', namespace: 'shop', uid: expect.any(String), resourceVersion: '1001' });
  expect(first.body['spec']).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] });
  const second = await readJson(call(fake, 'POST', servicesPath, service));
  expect(second).toMatchObject({ status: 409, body: { reason: 'AlreadyExists', message: 'services "orders" already exists' } });
});

test('a JSON patch with a failing test changes nothing', async () => {
  await using fake = await openFakeKubernetes();
  const { metadata } = fake.put({ ...service, metadata: { name: 'orders', resourceVersion: '' } });
  const path = `${servicesPath}/orders`;
  const change = { op: 'replace', path: '/spec/selector', value: { app: 'router' } };
  const stale = await patchJson(fake, path, [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }, change]);
  expect(stale).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
  const fresh = await patchJson(fake, path, [{ op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion }, change]);
  expect(fresh).toMatchObject({ status: 200, body: { spec: { selector: { app: 'router' }, clusterIP: '10.96.0.1' } } });
});

test('status and the rest are written apart, and only the wanted state counts as a generation', async () => {
  await using fake = await openFakeKubernetes();
  fake.put(intercept);
  const change = [
    { op: 'replace', path: '/spec/key', value: 'bob' },
    { op: 'add', path: '/status', value: { address: '10.0.0.1:80' } },
  ];
  const main = await patchJson(fake, interceptPath, change);
  expect(main.body).toMatchObject({ spec: { key: 'bob' }, metadata: { generation: 2 } });
  expect(main.body['status']).toBeUndefined();
  const status = await patchJson(fake, `${interceptPath}/status`, [{ op: 'replace', path: '/spec/key', value: 'carol' }, change[1]]);
  expect(status.body).toMatchObject({ spec: { key: 'bob' }, status: { address: '10.0.0.1:80' }, metadata: { generation: 2 } });
});

test('a merge patch and a deletion keep to their preconditions', async () => {
  await using fake = await openFakeKubernetes();
  fake.put(intercept);
  const merge = (metadata: object): Promise<Response> =>
    call(fake, 'PATCH', interceptPath, { metadata: { ...metadata, annotations: { a: 'b' } } }, 'application/merge-patch+json');
  expect((await merge({ resourceVersion: '3' })).status).toBe(409);
  expect((await merge({})).status).toBe(200);
  expect((await call(fake, 'DELETE', interceptPath, { preconditions: { uid: 'another' } })).status).toBe(409);
  expect(fake.get(intercepts, 'orders.http.alice')).toMatchObject({ metadata: { annotations: { a: 'b' } } });
  expect((await call(fake, 'DELETE', interceptPath)).status).toBe(200);
  expect((await call(fake, 'DELETE', interceptPath)).status).toBe(404);
});

test('a list selects, and its version is one to watch from', async () => {
  await using fake = await openFakeKubernetes();
  fake.put({ ...service, metadata: { name: 'orders', labels: { team: 'a' } } });
  fake.put({ ...service, metadata: { name: 'carts', labels: { team: 'b' } } });
  const { body } = await readJson(call(fake, 'GET', `${servicesPath}?labelSelector=team%20in%20(a,c)`));
  expect(body).toMatchObject({ kind: 'ServiceList', metadata: { resourceVersion: '1002' }, items: [{ metadata: { name: 'orders' } }] });
  expect(body.items?.[0]).not.toHaveProperty('kind');
  const byName = await readJson(call(fake, 'GET', `${servicesPath}?fieldSelector=metadata.name=carts`));
  expect(byName.body.items).toHaveLength(1);
});

test('a watch replays, tells what stops to fit as deleted, and gives bookmarks', async () => {
  await using fake = await openFakeKubernetes();
  fake.put({ ...service, metadata: { name: 'orders', labels: { team: 'a' } } });
  const query = 'watch=1&resourceVersion=1000&labelSelector=team=a&allowWatchBookmarks=true';
  const response = await call(fake, 'GET', `${servicesPath}?${query}`);
  fake.put({ ...service, metadata: { name: 'orders', labels: { team: 'b' } } });
  fake.sendBookmarks();
  fake.cutWatches();
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
    ['ADDED', '1001'],
    ['DELETED', '1002'],
    ['BOOKMARK', '1002'],
  ]);
  expect(events[1].object.metadata.labels).toEqual({ team: 'a' });
  expect(fake.openWatches).toBe(0);
});

test('a version from before a compaction is gone, in either way', async () => {
  await using fake = await openFakeKubernetes();
  const path = `${servicesPath}?watch=1&resourceVersion=1000`;
  fake.compact();
  expect(await readJson(call(fake, 'GET', path))).toMatchObject({
    status: 200,
    body: { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
  });
  fake.compact('status');
  expect(await readJson(call(fake, 'GET', path))).toMatchObject({ status: 410, body: { code: 410 } });
});

test('an outage breaks what is open and what comes', async () => {
  await using fake = await openFakeKubernetes();
  const watch = await call(fake, 'GET', `${servicesPath}?watch=1`);
  fake.pause();
  await expect(watch.text()).rejects.toThrow('terminated');
  await expect(call(fake, 'GET', servicesPath)).rejects.toThrow('fetch failed');
  fake.resume();
  expect((await call(fake, 'GET', servicesPath)).status).toBe(200);
});

test('refuses: a stranger, a type that is not installed, what a test wants refused', async () => {
  await using fake = await openFakeKubernetes();
  expect((await fetch(`${fake.url}${servicesPath}`)).status).toBe(401);
  fake.missingGroups.add('switchyard.dev');
  const missing = await call(fake, 'GET', interceptPath);
  expect([missing.status, await missing.text()]).toEqual([404, '404 page not found\n']);
  fake.refuse = ({ path }) => (path.endsWith('/services') ? 429 : undefined);
  expect(await readJson(call(fake, 'GET', servicesPath))).toMatchObject({ status: 429, body: { reason: 'TooManyRequests' } });
  expect(fake.list(services)).toEqual([]);
  expect(fake.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
});

test('says who the caller is', async () => {
  await using fake = await openFakeKubernetes({ user: { username: 'alice' } });
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  const { body } = await readJson(call(fake, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review));
  expect(body['status']).toEqual({ userInfo: { username: 'alice' } });
});
