import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectl } from '../support/cluster.ts';
import { installCluster } from '../support/install.ts';
import { openNamespace, type TestNamespace } from '../support/namespace.ts';
import { kubectlAs, toIntercept } from './intercept-object.ts';

// Who may write which intercept is decided by the API server alone: no manager runs here.
let namespace: TestNamespace;

const as = async (user: string, args: readonly string[], input?: object): ReturnType<typeof kubectlAs> =>
  kubectlAs(user, namespace.name, args, input);
const create = async (user: string, object: object): ReturnType<typeof as> => as(user, ['create', '-f', '-'], object);
const patch = async (user: string, name: string, change: object, ...args: string[]): ReturnType<typeof as> =>
  as(user, ['patch', 'intercept', name, '--type=merge', '-p', JSON.stringify(change), ...args]);
const ok = { exitCode: 0 };
const refused = (message: string): object => ({ exitCode: 1, stderr: expect.stringContaining(message) as string });

beforeAll(async () => {
  await installCluster();
  namespace = await openNamespace('admission');
  const bind = async (user: string, role: string): Promise<string> =>
    kubectl(['create', 'rolebinding', `${user}-${role}`, `--clusterrole=${role}`, `--user=${user}`, '-n', namespace.name]);
  const create = async (kind: string, name: string, ...args: string[]): Promise<string> =>
    kubectl(['create', kind, name, ...args, '-n', namespace.name]);
  await Promise.all([
    ...['alice', 'bob'].map(async (user) => bind(user, 'edit')),
    bind('vera', 'view'),
    bind('ada', 'admin'),
    // Somebody who may write intercepts, of one service only.
    create('role', 'writer', '--verb=create,delete,get', '--resource=intercepts.switchyard.dev'),
    create('rolebinding', 'carol-writer', '--role=writer', '--user=carol'),
    // kubectl knows no verbs of resources that do not exist.
    kubectl(['create', '-n', namespace.name, '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'orders-only' },
        rules: [{ apiGroups: ['switchyard.dev'], resources: ['services'], resourceNames: ['orders'], verbs: ['intercept'] }],
      }),
    }),
    create('rolebinding', 'carol-orders-only', '--role=orders-only', '--user=carol'),
  ]);
});

afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
});

describe('creating', () => {
  test('whoever has edit may, in their own name', async () => {
    expect(await create('alice', toIntercept('alice'))).toMatchObject(ok);
  });

  test('not in the name of another', async () => {
    const forged = toIntercept('bob', { key: 'forged' });
    expect(await create('alice', forged)).toMatchObject(refused('spec.owner.user must be your own user name, alice'));
  });

  test('not with a group that is another’s: rights are looked up with what stands there', async () => {
    const groups = ['system:authenticated', 'platform-team'];
    const forged = toIntercept('alice', { key: 'grouped', owner: { user: 'alice', groups } });
    expect(await create('alice', forged)).toMatchObject(refused("'spec.owner.groups names a group that alice is not in'".slice(1, -1)));
  });

  test('the same rule exists once', async () => {
    const again = toIntercept('bob', { key: 'alice' });
    expect(await create('bob', again)).toMatchObject(refused('already exists'));
  });

  test.for([
    ['what is only tried', ['create', '--dry-run=server', '-f', '-']],
    ['what is applied', ['apply', '--server-side', '-f', '-']],
  ] as const)('nor %s', async ([, args]) => {
    expect(await as('alice', args, toIntercept('bob', { key: 'forged' }))).toMatchObject(refused('must be your own user name, alice'));
  });

  test('not with a name that is no rule’s', async () => {
    const named = { ...toIntercept('alice'), metadata: { generateName: 'orders.http.alice' } };
    expect(await create('alice', named)).toMatchObject(refused('the name of this intercept must be orders.http.alice'));
  });

  test('not with what would keep it when it is deleted, and everybody else from its name', async () => {
    const object = toIntercept('alice', { key: 'kept' });
    const kept = { ...object, metadata: { ...object.metadata, finalizers: ['alice.example/never'] } };
    expect(await create('alice', kept)).toMatchObject(refused('an intercept has no finalizers'));
  });

  test('not with what would act on the terminals of others', async () => {
    const object = toIntercept('alice', { key: 'escape', client: '\u001b]0;laptop\u0007' });
    expect(await create('alice', object)).toMatchObject(refused('spec.client in body should match'));
  });

  test.for(['Alice Liddell <alice@shop.example>', 'älïce/ünïcode 🦊', `oidc:${'x'.repeat(400)}`, 'system:serviceaccount:dev:default'])(
    'whatever name somebody has: %s',
    async (user, { task }) => {
      const key = `odd-${task.id.replaceAll(/[^a-z0-9]/g, '')}`;
      await kubectl(['create', 'rolebinding', key, '--clusterrole=edit', `--user=${user}`, '-n', namespace.name]);
      expect(await create(user, toIntercept(user, { key }))).toMatchObject(ok);
      expect(await create(user, toIntercept('alice', { key: `${key}-2` }))).toMatchObject(refused('must be your own user name'));
    },
  );

  test('whoever has view may not', async () => {
    expect(await create('vera', toIntercept('vera'))).toMatchObject(refused('cannot create resource "intercepts"'));
  });

  test('a right on one service is none on another', async () => {
    expect(await create('carol', toIntercept('carol'))).toMatchObject(ok);
    const other = toIntercept('carol', { service: 'payments' });
    expect(await create('carol', other)).toMatchObject(refused('carol may not intercept the service payments'));
  });
});

describe('changing', () => {
  test('the owner may renew and bring another key pair', async () => {
    const publicKey = Buffer.alloc(32, 1).toString('base64');
    expect(await patch('alice', 'orders.http.alice', { spec: { lifetimeSeconds: 60, publicKey } })).toMatchObject(ok);
  });

  test('nobody else may: a public key of their own would be the session', async () => {
    const change = { spec: { publicKey: Buffer.alloc(32, 2).toString('base64') } };
    expect(await patch('bob', 'orders.http.alice', change)).toMatchObject(refused('the intercept belongs to alice'));
  });

  test.for([{ owner: { user: 'bob' } }, { service: 'payments' }, { port: 'grpc' }, { key: 'bob' }])(
    'not even who may act for others changes %o',
    async (spec) => {
      expect(await patch('ada', 'orders.http.alice', { spec })).toMatchObject(refused('cannot change'));
    },
  );

  test.for([
    { finalizers: ['bob.example/never'] },
    { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'bobs', uid: 'none' }] },
  ])('nor does a stranger decide when it ends, by %o', async (metadata) => {
    expect(await patch('bob', 'orders.http.alice', { metadata })).toMatchObject(refused('the intercept belongs to alice'));
  });

  test('nor does its owner keep it beyond its end', async () => {
    const change = { metadata: { finalizers: ['alice.example/never'] } };
    expect(await patch('alice', 'orders.http.alice', change)).toMatchObject(refused('an intercept has no finalizers'));
  });

  test('labels and annotations are free', async () => {
    expect(await patch('bob', 'orders.http.alice', { metadata: { labels: { team: 'shop' } } })).toMatchObject(ok);
  });

  test('an approval is given by who may and taken away by them or the owner, and by nobody else', async () => {
    const approve = async (user: string, approver: string | null): ReturnType<typeof patch> =>
      patch(user, 'orders.http.alice', { metadata: { annotations: { 'switchyard.dev/approved-by': approver } } });
    expect(await approve('bob', 'bob')).toMatchObject(refused('bob may not approve intercepts'));
    expect(await approve('ada', 'bob')).toMatchObject(refused('an approval carries the name of who gives it'));
    for (const user of ['ada', 'alice']) {
      expect(await approve('ada', 'ada')).toMatchObject(ok);
      expect(await approve('bob', null)).toMatchObject(refused('bob may not take an approval away'));
      expect(await approve(user, null)).toMatchObject(ok);
    }
  });

  test('status is the manager’s, even one’s own', async () => {
    const change = { status: { expiresAt: '2030-01-01T00:00:00Z' } };
    expect(await patch('alice', 'orders.http.alice', change, '--subresource=status')).toMatchObject({ exitCode: 1 });
    expect(await patch('ada', 'orders.http.alice', change, '--subresource=status')).toMatchObject(ok);
  });

  test('status is the manager’s, even where a Role gives the right to write it', async () => {
    const rights = ['--verb=get,patch', '--resource=intercepts.switchyard.dev/status'];
    await kubectl(['create', 'role', 'status-writer', ...rights, '-n', namespace.name]);
    await kubectl(['create', 'rolebinding', 'status-writer', '--role=status-writer', '--user=bob', '-n', namespace.name]);
    const change = { status: { expiresAt: '2031-01-01T00:00:00Z' } };
    const answer = await patch('bob', 'orders.http.alice', change, '--subresource=status');
    expect(answer).toMatchObject(refused('only the manager writes the status of an intercept'));
  });
});

describe('deleting', () => {
  test('not what belongs to another', async () => {
    const answer = await as('bob', ['delete', 'intercept', 'orders.http.alice']);
    expect(answer).toMatchObject(refused('the intercept belongs to alice'));
  });

  test('not all at once either, with the right to', async () => {
    const rights = ['--verb=get,list,deletecollection', '--resource=intercepts.switchyard.dev'];
    await kubectl(['create', 'role', 'collector', ...rights, '-n', namespace.name]);
    await kubectl(['create', 'rolebinding', 'collector', '--role=collector', '--user=bob', '-n', namespace.name]);
    const path = `/apis/switchyard.dev/v1alpha1/namespaces/${namespace.name}/intercepts?labelSelector=team%3Dshop`;
    expect(await as('bob', ['delete', '--raw', path])).toMatchObject(refused('denied request'));
  });

  test('one’s own, and an admin anybody’s', async () => {
    expect(await as('alice', ['delete', 'intercept', 'orders.http.alice'])).toMatchObject(ok);
    expect(await as('ada', ['delete', 'intercept', 'orders.http.carol'])).toMatchObject(ok);
  });

  test('the garbage collector goes on', async () => {
    await kubectl(['create', 'configmap', 'owner', '-n', namespace.name]);
    const uid = await kubectl(['get', 'configmap', 'owner', '-n', namespace.name, '-o', 'jsonpath={.metadata.uid}']);
    const object = toIntercept('alice', { key: 'owned' });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    expect(await create('alice', { ...object, metadata: { ...object.metadata, ownerReferences } })).toMatchObject(ok);
    await kubectl(['delete', 'configmap', 'owner', '-n', namespace.name]);
    await kubectl(['wait', '--for=delete', 'intercept/orders.http.owned', '-n', namespace.name, '--timeout=60s']);
  });

  test('a namespace goes with all that is in it', async () => {
    await using other = await openNamespace('admission-gone');
    await kubectl(['create', '-n', other.name, '-f', '-'], { input: JSON.stringify(toIntercept('kubernetes-admin')) });
  });
});

test('edit may intercept, and may not act for others or revoke', async () => {
  const can = async (user: string, verb: string, resource: string): Promise<string> =>
    (await as(user, ['auth', 'can-i', verb, `${resource}.switchyard.dev`])).stdout.trim();
  expect(await can('alice', 'act-for', 'intercepts')).toBe('no');
  expect(await can('alice', 'revoke', 'intercepts')).toBe('no');
  expect(await can('alice', 'patch', 'routedservices')).toBe('no');
  expect(await can('ada', 'act-for', 'intercepts')).toBe('yes');
  for (const verb of ['get', 'create']) {
    expect((await as('alice', ['auth', 'can-i', verb, 'pods', '--subresource=portforward'])).stdout.trim()).toBe('yes');
  }
});
