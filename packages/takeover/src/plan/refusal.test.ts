import {
  managedByLabel,
  originalAnnotation,
  protectedAnnotation,
  routerSelector,
  shadowLabel,
  type NetworkPolicy,
  type Pod,
  type Service,
} from '@switchyard/kube';
import { expect, test } from 'vitest';
import { toRouted, toService } from '../../test/shop.ts';
import { toOriginal } from './original.ts';
import { findBypassed, findServiceRefusal } from './refusal.ts';

const nothing = { networkPolicies: [], baselinePods: [] };

function refusal(service: Service): string | undefined {
  return findServiceRefusal(service, nothing)?.reason;
}

const refused: readonly (readonly [what: string, spec: Partial<Service['spec']>, reason: string])[] = [
  ['an alias', { type: 'ExternalName' }, 'ExternalName'],
  ['a headless one', { clusterIP: 'None' }, 'Headless'],
  ['257 ports', { ports: Array.from({ length: 257 }, (_, index) => ({ name: `p${index}`, port: 10_000 + index })) }, 'TooManyPorts'],
  ['a UDP port', { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] }, 'UnsupportedProtocol'],
  ['an SCTP port', { ports: [{ port: 80, protocol: 'SCTP' }] }, 'UnsupportedProtocol'],
  ['internal traffic policy Local', { internalTrafficPolicy: 'Local' }, 'TrafficPolicyLocal'],
  ['external traffic policy Local', { externalTrafficPolicy: 'Local' }, 'TrafficPolicyLocal'],
  ['pods that are not ready', { publishNotReadyAddresses: true }, 'PublishesNotReady'],
  ['an empty selector', { selector: {} }, 'NoSelector'],
  ['the routers, without a record', { selector: routerSelector }, 'OwnService'],
  ['some of the routers', { selector: { ...routerSelector, zone: 'a' } }, 'OwnService'],
];

for (const [what, spec, reason] of refused) {
  test(`${what}: ${reason}, in one sentence`, () => {
    const found = findServiceRefusal(toService('orders', spec), nothing);
    expect(found?.reason).toBe(reason);
    expect(found?.message).toMatch(/^orders cannot be intercepted: [^.]+\.$/);
  });
}

test('a Service without a selector is refused', () => {
  const { selector: _, ...spec } = toService('orders').spec;
  expect(refusal({ ...toService('orders'), spec })).toBe('NoSelector');
});

test('a protected Service is refused, and every one of a namespace whose manager is protected', () => {
  const annotations = { [protectedAnnotation]: 'true' };
  expect(refusal(toService('orders', {}, { annotations }))).toBe('Protected');
  expect(refusal(toService('orders', {}, { annotations: { [protectedAnnotation]: 'false' } }))).toBeUndefined();
  const manager = toService('switchyard-manager', {}, { annotations });
  expect(findServiceRefusal(toService('orders'), { ...nothing, manager })).toMatchObject({
    reason: 'Protected',
    message: expect.stringContaining('its whole namespace is protected'),
  });
});

test('our own Services are refused', () => {
  expect(refusal(toService('switchyard-manager'))).toBe('OwnService');
  expect(refusal(toService('swy-1', {}, { labels: { ...managedByLabel, [shadowLabel]: 'orders' } }))).toBe('OwnService');
});

test('ordinary Services are not: node ports, load balancers, client affinity', () => {
  for (const spec of [
    {},
    { type: 'NodePort', externalTrafficPolicy: 'Cluster' },
    { type: 'LoadBalancer' },
    { sessionAffinity: 'ClientIP' },
  ] as const) {
    expect(findServiceRefusal(toService('orders', spec), nothing)).toBeUndefined();
  }
});

function policy(spec: NetworkPolicy['spec']): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'fence' }, spec };
}

function pod(labels: Record<string, string>): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', labels } };
}

const own = { matchLabels: { app: 'orders' } };
const policies: readonly (readonly [what: string, policies: readonly NetworkPolicy[], refused: boolean])[] = [
  ['without types', [policy({ podSelector: own })], true],
  ['without types, with egress rules alone', [policy({ podSelector: own, egress: [{}] })], true],
  ['of ingress', [policy({ podSelector: own, policyTypes: ['Ingress'], ingress: [{ from: [] }] })], true],
  ['of both', [policy({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] })], true],
  ['of egress alone', [policy({ podSelector: own, policyTypes: ['Egress'] })], false],
  ['of other pods', [policy({ podSelector: { matchLabels: { app: 'payments' } } })], false],
  ['of a label that only the pod has', [policy({ podSelector: { matchLabels: { version: '2' } } })], true],
  ['by expression', [policy({ podSelector: { matchExpressions: [{ key: 'version', operator: 'Exists' }] } })], true],
  ['that allows everything', [policy({ podSelector: own }), policy({ podSelector: own, ingress: [{}] })], false],
];

for (const [what, networkPolicies, isRefused] of policies) {
  test(`a NetworkPolicy ${what} is ${isRefused ? '' : 'not '}in the way`, () => {
    const baselinePods = [pod({ app: 'other', version: '1' }), pod({ app: 'orders', version: '2' })];
    const found = findServiceRefusal(toService('orders'), { networkPolicies, baselinePods });
    expect(found?.reason).toBe(isRefused ? 'NetworkPolicy' : undefined);
  });
}

test('without pods, a policy of the labels that they will have is in the way', () => {
  expect(findServiceRefusal(toService('orders'), { networkPolicies: [policy({ podSelector: own })], baselinePods: [] })?.reason).toBe(
    'NetworkPolicy',
  );
});

test('of a Service that is taken, the pods of before are looked at', () => {
  const before = toService('orders', {}, { uid: 'u' });
  const original = toOriginal(before, toRouted(before));
  const taken = toService(
    'orders',
    { selector: routerSelector },
    { uid: 'u', annotations: { [originalAnnotation]: JSON.stringify(original) } },
  );
  expect(findServiceRefusal(taken, nothing)).toBeUndefined();
  expect(findServiceRefusal(taken, { networkPolicies: [policy({ podSelector: own })], baselinePods: [] })?.reason).toBe('NetworkPolicy');
  const lost = toService('orders', { selector: routerSelector }, { uid: 'u' });
  const routed = { ...toRouted(before), status: { original: original ?? expect.fail('no record') } };
  expect(findServiceRefusal(lost, { ...nothing, routed })).toBeUndefined();
});

test('routers that are selected by another of their labels are no baseline either', () => {
  const labels = { ...routerSelector, 'app.kubernetes.io/component': 'manager' };
  const router = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'manager', labels } } satisfies Pod;
  const service = toService('orders', { selector: { 'app.kubernetes.io/component': 'manager' } });
  expect(findServiceRefusal(service, { networkPolicies: [], baselinePods: [router] })?.reason).toBe('OwnService');
  expect(findServiceRefusal(toService('orders'), { networkPolicies: [], baselinePods: [router] })).toBeUndefined();
});

test('where policies allow it, a NetworkPolicy is got past, and is named', () => {
  const policy = {
    apiVersion: 'v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'guard' },
    spec: { podSelector: {} },
  } satisfies NetworkPolicy;
  const context = { networkPolicies: [policy], baselinePods: [] };
  const orders = toService('orders');
  expect([findServiceRefusal(orders, context)?.reason, findBypassed(orders, context)]).toEqual(['NetworkPolicy', undefined]);
  const allowed = { ...context, mayBypass: true };
  expect([findServiceRefusal(orders, allowed), findBypassed(orders, allowed)]).toEqual([undefined, policy]);
  expect(findBypassed(orders, { ...allowed, networkPolicies: [] })).toBeUndefined();
});
