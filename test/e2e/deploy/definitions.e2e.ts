import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullIntercept, fullRoutedService } from '../../deploy/full-objects.ts';
import { kubectl, read, tryKubectl } from '../support/cluster.ts';
import { installCluster } from '../support/install.ts';
import { openNamespace, type TestNamespace } from '../support/namespace.ts';
import type { Outcome } from '../../../tools/process/run.ts';

const apiVersion = 'switchyard.dev/v1alpha1';
const texts = [{ exact: 'blue' }, { prefix: 'blue' }, { regex: 'blue|green' }, { present: true }];
/** Every kind of condition, each comparing in one way: one that compares in two is refused. */
const match = [
  {
    allOf: [
      ...texts.map((text) => ({ header: { name: 'x-team', ...text } })),
      ...[{ exact: '/orders' }, { prefix: '/orders' }, { regex: '/orders/.*' }].map((path) => ({ path })),
      { method: 'GET' },
    ],
  },
  { allOf: texts.flatMap((text) => [{ query: { name: 'debug', ...text } }, { cookie: { name: 'canary', ...text } }]) },
  { allOf: [{ percent: 12.5 }] },
];
const intercept = {
  apiVersion,
  kind: 'Intercept',
  metadata: { name: 'orders.http.alice' },
  ...fullIntercept,
  spec: { ...fullIntercept.spec, match },
};
const routedService = { apiVersion, kind: 'RoutedService', metadata: { name: 'orders' }, ...fullRoutedService };
const policy = {
  apiVersion,
  kind: 'InterceptPolicy',
  metadata: { name: 'everything' },
  spec: {
    subjects: [
      { kind: 'Group', name: 'developers' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'ci' },
    ],
    services: ['orders', 'payments'],
    modes: ['Intercept', 'Mirror'],
    matchKinds: ['Key', 'Header', 'Path'],
    targets: ['Tunnel', 'Url'],
    urls: ['https://preview.example.com'],
    connect: [{ host: '*.example.com', ports: [443] }, { cidr: '10.0.0.0/8' }],
    lifetime: { defaultSeconds: 3600, maxSeconds: 28_800 },
    interceptsPerUser: 4,
    interceptsPerService: 8,
    schedule: { timeZone: 'Europe/Zurich', days: ['Mon', 'Fri'], from: '08:00', to: '24:00' },
    approval: 'Required',
    conditions: [{ expression: "'staff' in groups", message: 'only staff may' }],
    allowBehindNetworkPolicy: false,
  },
};

let namespace: TestNamespace;

const create = async (object: object, ...args: string[]): Promise<Outcome> =>
  tryKubectl(['create', '-n', namespace.name, '-f', '-', ...args], { input: JSON.stringify(object) });
const get = async (kind: string, ...args: string[]): Promise<string[]> =>
  (await kubectl(['get', kind, '-n', namespace.name, ...args])).split('\n').map((line) => line.replaceAll(/ {2,}/g, '|').trim());

beforeAll(async () => {
  await installCluster();
  namespace = await openNamespace('definitions');
});
afterAll(async () => namespace[Symbol.asyncDispose]());

test.for([intercept, routedService])('$kind keeps every field that the type has', async (object) => {
  expect(await create(object, '--validate=strict')).toMatchObject({ exitCode: 0 });
  const { name } = object.metadata;
  await kubectl([
    'patch',
    object.kind,
    name,
    '-n',
    namespace.name,
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: object.status }),
  ]);
  expect(await read<object>(['get', object.kind, name, '-n', namespace.name])).toMatchObject({ spec: object.spec, status: object.status });
});

test('kubectl get shows at a glance who intercepts what', async () => {
  expect(await get('intercepts')).toEqual([
    'NAME|SERVICE|PORT|KEY|OWNER|ROUTED|SESSION|EXPIRES|AGE',
    expect.stringMatching(/^orders\.http\.alice\|orders\|http\|alice\|alice@example\.com\|2026-01-01T08:00:00Z\|\d+s$/),
    '',
  ]);
  expect((await get('icpt', '-o', 'wide'))[0]).toBe('NAME|SERVICE|PORT|KEY|OWNER|ROUTED|SESSION|EXPIRES|LANE|CLIENT|ACCEPTED|REASON|AGE');
  expect((await get('rsvc'))[0]).toBe('NAME|PHASE|SINCE|WARM|READY|REASON|AGE');
  expect(await get('switchyard', '-o', 'name')).toEqual([
    'intercept.switchyard.dev/orders.http.alice',
    'routedservice.switchyard.dev/orders',
    '',
  ]);
});

test('a policy can say all that it means', async () => {
  expect(await create(policy, '--validate=strict')).toMatchObject({ exitCode: 0 });
  expect(await kubectl(['explain', 'interceptpolicies'])).toContain('has what the policies that select them grant');
});

test.for([
  ['a field that nobody knows', { ...intercept, spec: { ...intercept.spec, replicas: 1 } }, 'unknown field "spec.replicas"'],
  ['another name', { ...intercept, metadata: { name: 'alice' } }, 'the name of this intercept must be orders.http.alice'],
  ['a key that is no label', { ...intercept, spec: { ...intercept.spec, key: 'Alice' } }, 'spec.key'],
  ['half a public key', { ...intercept, spec: { ...intercept.spec, publicKey: 'abc' } }, 'spec.publicKey'],
  ['more than eight hours', { ...intercept, spec: { ...intercept.spec, lifetimeSeconds: 28_801 } }, 'spec.lifetimeSeconds'],
  ['no owner', { ...intercept, spec: { ...intercept.spec, owner: undefined } }, 'spec.owner: Required'],
  [
    'a router port out of the range',
    { ...routedService, spec: { ...routedService.spec, ports: [{ ...routedService.spec.ports[0], routerPort: 80 }] } },
    'routerPort',
  ],
  [
    'two ports of one name',
    { ...routedService, spec: { ...routedService.spec, ports: [...routedService.spec.ports, ...routedService.spec.ports] } },
    'Duplicate value',
  ],
  [
    'a service account of no namespace',
    { ...policy, spec: { ...policy.spec, subjects: [{ kind: 'ServiceAccount', name: 'ci' }] } },
    'a ServiceAccount has a namespace',
  ],
  [
    'a default longer than the longest',
    { ...policy, spec: { ...policy.spec, lifetime: { defaultSeconds: 2, maxSeconds: 1 } } },
    'the default may not be longer',
  ],
  [
    'both a host and a network',
    { ...policy, spec: { ...policy.spec, connect: [{ host: 'a', cidr: '10.0.0.0/8' }] } },
    'name either a host or a cidr',
  ],
] as const)('%s is refused', async ([, object, message]) => {
  expect(await create(object, '--validate=strict')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(message) as string });
});
