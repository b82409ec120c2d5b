import { parseRoutingKey, parseServiceName } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { createRule } from '../test/world.ts';
import { createSnapshot } from './snapshot.ts';

const orders = parseServiceName('orders');
const alice = parseRoutingKey('alice');

test('each port has its own rules, and knows what is live elsewhere', () => {
  const [http, admin] = [createRule('orders', 'alice'), createRule('orders', 'bob', { port: 'admin' })];
  const snapshot = createSnapshot([http, admin]);
  expect(snapshot.table(orders, 'http').keyed.get(alice)?.rule).toBe(http);
  expect([...snapshot.table(orders, 'admin').keyed.values()]).toMatchObject([{ rule: admin }]);
  for (const [service, port] of [
    [orders, 'http'],
    [orders, 'none'],
    [parseServiceName('other'), 'http'],
  ] as const) {
    expect(snapshot.table(service, port).liveKeys).toEqual(new Set(['alice', 'bob']));
  }
});

test('of two rules for one route the older one counts, in any order', () => {
  const [young, old] = [createRule('orders', 'alice', { createdAt: 2 }), createRule('orders', 'alice', { createdAt: 1, owner: 'first' })];
  for (const rules of [
    [young, old],
    [old, young],
  ]) {
    expect(createSnapshot(rules).table(orders, 'http').keyed.get(alice)?.rule).toBe(old);
  }
});

test('entry and untrusted mark all ports of a service, with rules or without', () => {
  const marks = { entryServices: new Set([orders]), untrustedServices: new Set([parseServiceName('edge')]) };
  const snapshot = createSnapshot([createRule('orders', 'alice')], marks);
  expect(snapshot.table(orders, 'http')).toMatchObject({ entry: true, untrusted: false });
  expect(snapshot.table(orders, 'other')).toMatchObject({ entry: true, untrusted: false });
  expect(snapshot.table(parseServiceName('edge'), 'http')).toMatchObject({ entry: false, untrusted: true });
  expect(snapshot.table(parseServiceName('third'), 'http')).toMatchObject({ entry: false, untrusted: false });
});

test('it does not change when what it was made of changes', () => {
  const rules = [createRule('orders', 'alice')];
  const entryServices = new Set([orders]);
  const snapshot = createSnapshot(rules, { entryServices });
  rules.pop();
  entryServices.clear();
  expect(snapshot.rules).toHaveLength(1);
  expect(snapshot.table(orders, 'http')).toMatchObject({ entry: true });
});

test('names every header that may carry a key, in lower case', () => {
  expect([...createSnapshot([]).keyNames]).toEqual(['x-intercept-id', 'baggage', 'kubernetes-route-as', 'cookie']);
  const aliases = ['X-My-Key', 'baggage:sd-*', 'tracestate:intercept'];
  expect([...createSnapshot([], { aliases }).keyNames]).toEqual(['x-intercept-id', 'baggage', 'x-my-key', 'tracestate', 'cookie']);
});

test('holds ten thousand intercepts', () => {
  const snapshot = createSnapshot(Array.from({ length: 10_000 }, (_, index) => createRule(`s${index % 100}`, `k${index}`)));
  expect(snapshot.table(parseServiceName('s42'), 'http').keyed.size).toBe(100);
  expect(snapshot.table(orders, 'http').liveKeys.size).toBe(10_000);
});
