import type { Intercept, Service } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { byName, createIntercept, createPolicy, createRouted, createService } from '../../../test/objects.ts';
import { limits } from '../../../test/fakes.ts';
import { ruleBy } from '../../../test/policies.ts';
import { readClaim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import { judgeAcceptance } from './judge-acceptance.ts';
import { createPlaceJudge } from './judge-place.ts';

const orders = createService('orders');
const empty: ClusterView = {
  services: byName(orders),
  routedServices: new Map(),
  networkPolicies: new Map(),
  pods: new Map(),
  standingDown: false,
  mayBypass: () => false,
  drain: undefined,
};

/** What is said of each object: its reason, or the message of a refusal. */
function judge(objects: readonly Intercept[], view: Partial<ClusterView> = {}, interceptsPerOwner = 256): readonly string[] {
  const claims = objects.flatMap((object) => readClaim(object) ?? []);
  const verdicts = judgeAcceptance(
    claims,
    { judgePlace: createPlaceJudge({ ...empty, ...view }), rulingOf: ruleBy() },
    { ...limits, interceptsPerOwner },
  );
  return claims.map(({ uid }) => {
    const verdict = verdicts.get(uid);
    return verdict?.holds === true ? verdict.reason : `${verdict?.reason}: ${verdict?.message}`;
  });
}

const taken = createService('orders', { selector: { 'switchyard.dev/router': 'true' } });

test.for<[string, string, Service, string]>([
  ['a port of a Service', 'orders.http.alice', orders, 'Accepted'],
  ['a port without a name', 'orders.80.alice', createService('orders', { ports: [{ port: 80 }] }), 'Accepted'],
  [
    'a Service that is not there',
    'order.http.alice',
    orders,
    'ServiceNotFound: This namespace has no Service "order". Did you mean "orders"?',
  ],
  ['a port that is not there', 'orders.grpc.alice', orders, 'PortNotFound: orders has no port "grpc"; it has: http.'],
  [
    'a port that carries no keys',
    'orders.http.alice',
    createService('orders', { ports: [{ name: 'http', port: 80, appProtocol: 'tcp' }] }),
    'NotHttp: orders/http carries raw TCP, and only HTTP requests can be told apart.',
  ],
  ['a Service that cannot be taken over', 'orders.http.alice', createService('orders', { clusterIP: 'None' }), 'Headless: '],
  ['a Service that nobody knows what it selected', 'orders.http.alice', taken, 'OwnService: '],
])('%s', ([, id, service, expected]) => {
  expect(judge([createIntercept(id, 'alice')], { services: byName(service) })).toEqual([expect.stringContaining(expected)]);
});

test('a Service that is taken over is judged by what it selected before', () => {
  const original = { uid: '', selector: { app: 'orders' }, ports: [], managedFields: [] };
  const service: Service = { ...taken, metadata: { name: 'orders', uid: 'u1' } };
  const routedServices = byName(createRouted('orders', { original: { ...original, uid: 'u1' } }));
  const intercept = createIntercept('orders.http.alice', 'alice');
  expect(judge([intercept], { services: byName(service), routedServices })).toEqual(['Accepted']);
  const networkPolicies = byName(createPolicy('strict', 'orders'));
  expect(judge([intercept], { services: byName(service), routedServices, networkPolicies })).toEqual([
    expect.stringContaining('NetworkPolicy: '),
  ]);
});

const payments = createService('payments');
const both = { services: byName(orders, payments) };
const later = '2030-01-01T00:00:05Z';

test('a key belongs to its oldest owner, who is named', () => {
  const young = createIntercept('orders.http.alice', 'mallory', { createdAt: later });
  const old = createIntercept('payments.http.alice', 'alice');
  expect(judge([young, old], both)).toEqual([
    'KeyTaken: The key "alice" belongs to alice (alices-laptop), who intercepts payments with it since 00:00 UTC.',
    'Accepted',
  ]);
});

test('a match that makes no sense keeps no key from others, as no policy was asked about it', () => {
  const broken = createIntercept('payments.http.alice', 'mallory', { spec: { match: [{ allOf: [{ path: { regex: '(' } }] }] } });
  const young = createIntercept('orders.http.alice', 'alice', { createdAt: later });
  expect(judge([broken, young], both)).toEqual([expect.stringContaining('MatchInvalid'), 'Accepted']);
});

test('of the same second, the name decides, whatever the order', () => {
  const objects = [createIntercept('payments.http.x', 'bob'), createIntercept('orders.http.x', 'alice')];
  expect(judge(objects, both)).toEqual([expect.stringContaining('KeyTaken'), 'Accepted']);
  expect(judge(objects.toReversed(), both)).toEqual(['Accepted', expect.stringContaining('KeyTaken')]);
});

test('one owner has a key on several services', () => {
  expect(judge([createIntercept('orders.http.alice', 'alice'), createIntercept('payments.http.alice', 'alice')], both)).toEqual([
    'Accepted',
    'Accepted',
  ]);
});

test('a key is shared where its oldest intercept says so and the other one joins', () => {
  const old = createIntercept('payments.http.alice', 'alice', { spec: { shareWith: ['bob'] } });
  const join = { createdAt: later, spec: { join: true } };
  const taken = expect.stringContaining('KeyTaken: The key "alice" belongs to alice');
  expect(judge([createIntercept('orders.http.alice', 'bob', join), old], both)).toEqual(['Accepted', 'Accepted']);
  expect(judge([createIntercept('orders.http.alice', 'bob', { createdAt: later }), old], both)).toEqual([taken, 'Accepted']);
  expect(judge([createIntercept('orders.http.alice', 'mallory', join), old], both)).toEqual([taken, 'Accepted']);
});

test('who joined stays when the holder of the key is gone, and holds it', () => {
  const joined = createIntercept('orders.http.alice', 'bob', { spec: { join: true } });
  const back = createIntercept('payments.http.alice', 'alice', { createdAt: later, spec: { shareWith: ['*'] } });
  expect(judge([joined, back], both)).toEqual(['Accepted', expect.stringContaining('KeyTaken: The key "alice" belongs to bob')]);
});

test.for<[string, NonNullable<Intercept['spec']['match']>, string]>([
  ['is met', [{ allOf: [{ header: { name: 'X-Team', exact: 'blue' } }, { path: { prefix: '/orders' } }] }], 'Accepted'],
  ['is no expression', [{ allOf: [{ path: { regex: '(' } }] }], 'MatchInvalid: '],
  ['is of another version', [{ allOf: [{ weather: 'fine' } as object] }], 'MatchInvalid: The match has a condition that this manager'],
  ['says two things at once', [{ allOf: [{ method: 'GET', percent: 1 }] }], 'MatchInvalid: '],
  ['asks for nothing', [{ allOf: [] }], 'MatchInvalid: '],
  [
    'is too long for a message',
    Array.from({ length: 8 }, (_, index) => ({
      allOf: [0, 1, 2, 3, 4].map(() => ({ header: { name: `x-${index}`, exact: 'a'.repeat(250) } })),
    })),
    'MatchInvalid: The match has 10',
  ],
  ['has what nobody sees', [{ allOf: [{ query: { name: 'x', exact: 'a\u200bb' } }] }], 'MatchInvalid: '],
  [
    'is a share',
    [{ allOf: [{ percent: 10 }] }],
    'PolicyDenied: No policy of this namespace allows an intercept of a share of the requests of orders',
  ],
])('a match that %s', ([, match, expected]) => {
  expect(judge([createIntercept('orders.http.alice', 'alice', { spec: { match } })])).toEqual([expect.stringContaining(expected)]);
});

test('a claim keeps its key while its Service is missing: who comes later is not put out when it appears', () => {
  const objects = [createIntercept('payments.http.x', 'bob'), createIntercept('orders.http.x', 'alice', { createdAt: later })];
  expect(judge(objects)).toEqual([expect.stringContaining('ServiceNotFound'), expect.stringContaining('KeyTaken')]);
});

test('an owner has so many, the oldest; one too many holds no key [manager.interceptsPerOwner]', () => {
  const objects = [
    createIntercept('orders.http.a', 'alice'),
    createIntercept('orders.http.b', 'alice'),
    createIntercept('orders.http.c', 'alice', { createdAt: later }),
    createIntercept('payments.http.c', 'bob', { createdAt: '2030-01-01T00:00:09Z' }),
  ];
  expect(judge(objects, both, 2)).toEqual([
    'Accepted',
    'Accepted',
    'LimitReached: alice has 2 intercepts, and no more are allowed.',
    'Accepted',
  ]);
});

test('a Service with more ports than a router has is refused, and the port that is missing is told with a few of the others', () => {
  const ports = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `p${index}`, port: 10_000 + index, targetPort: 10_000 + index }));
  const ask = (count: number): readonly string[] =>
    judge([createIntercept('orders.http.alice', 'alice')], { services: byName(createService('orders', { ports: ports(count) })) });
  expect(ask(10_001)).toEqual([
    'TooManyPorts: orders cannot be intercepted: it has 10001 ports, and a router listens for at most 256 of one Service.',
  ]);
  expect(ask(256)).toEqual([expect.stringMatching(/^PortNotFound: orders has no port "http"; it has: p0, .* p15, others\.$/)]);
});
