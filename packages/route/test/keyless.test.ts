import { parseServiceName } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSnapshot, decide, explain, type RouteOptions, type Rule } from '../src/index.ts';
import { anyRequest, anyRules } from './arbitraries.ts';
import { exact, header, method, path, percent, prefix, present } from './conditions.ts';
import { describe, parseHead, toEvidence } from './head.ts';
import { createKeylessRule, createRule } from './world.ts';

const inOrders = [path(prefix('/orders'))];

/** What becomes of a request to `orders` under `rules`, in the words of the vectors. */
function send(rules: readonly Rule[], lines: readonly string[], options: RouteOptions = {}): readonly string[] {
  const table = createSnapshot(rules, options).table(parseServiceName('orders'), 'http');
  const head = parseHead(lines);
  return describe(decide(table, toEvidence(head, table)), head);
}

const ann = createKeylessRule('orders', 'ann', [inOrders]);

test('a rule without a key takes what it matches as it is', () => {
  expect(send([ann], ['GET /orders/1', 'baggage: a=1'])).toEqual(['to ann']);
  expect(send([ann], ['GET /'])).toEqual(['to baseline']);
  expect(send([{ ...ann, service: parseServiceName('payments') }], ['GET /orders'])).toEqual(['to baseline']);
  expect(send([{ ...ann, port: 'admin' }], ['GET /orders'])).toEqual(['to baseline']);
});

test('a live key belongs to its owner, here, elsewhere, and where its own conditions are not met', () => {
  const here = createRule('orders', 'alice');
  expect(send([ann, here], ['GET /orders', 'baggage: intercept=alice'])).toEqual(['to alice', '+ x-intercept-id: alice']);
  const elsewhere = createRule('payments', 'alice');
  expect(send([ann, elsewhere], ['GET /orders', 'baggage: intercept=alice'])).toEqual(['to baseline', '+ x-intercept-id: alice']);
  const picky = createRule('orders', 'alice', { match: [[method('PUT')]] });
  expect(send([ann, picky], ['GET /orders', 'baggage: intercept=alice'])).toEqual([
    'to baseline',
    '+ x-intercept-id: alice',
    'tell not-matched',
  ]);
  expect(send([ann, picky], ['PUT /orders', 'baggage: intercept=alice'])).toEqual(['to alice', '+ x-intercept-id: alice']);
});

test('a key that leads nowhere keeps nobody out, and is told', () => {
  expect(send([ann], ['GET /orders', 'x-intercept-id: dave'])).toEqual(['to ann', 'tell no-route']);
  expect(send([ann], ['GET /orders', 'x-intercept-id: Dave'])).toEqual(['to ann', 'tell invalid-key']);
  expect(send([ann], ['GET /', 'x-intercept-id: dave'])).toEqual(['to baseline', 'tell no-route']);
  expect(send([ann], ['GET /orders', 'x-intercept-id: dave', 'baggage: intercept=eve'])).toEqual([
    'to ann',
    'tell no-route',
    'count keys_differ',
  ]);
});

test('a request that names two keys is refused all the same', () => {
  expect(send([ann], ['GET /orders', 'x-intercept-id: a, b'])).toEqual(['refuse: x-intercept-id must be one routing key, not a list.']);
});

test('an untrusted service routes nothing', () => {
  const options = { untrustedServices: new Set([parseServiceName('orders')]) };
  expect(send([ann], ['GET /orders'], options)).toEqual(['to baseline']);
  expect(send([ann], ['GET /orders', 'x-intercept-id: dave'], options)).toEqual([
    'to baseline',
    '- x-intercept-id: dave',
    'count key_stripped',
  ]);
});

test('the most specific rule wins, then the oldest, then the first by id: in whatever order they come', () => {
  const rules = [
    createKeylessRule('orders', 'any', [[header('x', present)]], { createdAt: 1 }),
    createKeylessRule('orders', 'young', [inOrders], { createdAt: 9 }),
    createKeylessRule('orders', 'old', [[path(prefix('/carts1'))], inOrders], { createdAt: 2 }),
    createKeylessRule('orders', 'deep', [[path(prefix('/orders/items'))]], { createdAt: 5 }),
    createKeylessRule('orders', 'both', [[...inOrders, header('x', present)]], { createdAt: 8 }),
    createKeylessRule('orders', 'exact', [[path(exact('/orders/items/1'))]], { createdAt: 7 }),
    createKeylessRule('orders', 'share', [[percent(100)]], { createdAt: 0 }),
  ];
  for (const ordered of [rules, rules.toReversed()]) {
    expect(send(ordered, ['GET /'])).toEqual(['to share']);
    expect(send(ordered, ['GET /', 'x: 1'])).toEqual(['to any']);
    expect(send(ordered, ['GET /orders'])).toEqual(['to old']);
    expect(send(ordered, ['GET /orders/items'])).toEqual(['to deep']);
    expect(send(ordered, ['GET /orders/items/1'])).toEqual(['to exact']);
    expect(send(ordered, ['GET /orders/items/1', 'x: 1'])).toEqual(['to both']);
  }
  const twins = [createKeylessRule('orders', 'a', [[header('x', present)]]), createKeylessRule('orders', 'b', [[header('y', present)]])];
  const [first = ''] = twins.map(({ id }) => id).toSorted();
  const owner = twins.find(({ id }) => id === first)?.owner ?? '';
  for (const ordered of [twins, twins.toReversed()]) expect(send(ordered, ['x: 1', 'y: 1'])).toEqual([`to ${owner}`]);
});

test('who wins does not depend on the order in which rules come', () => {
  fc.assert(
    fc.property(anyRules, anyRequest, (rules, request) => {
      const unique = [...new Map(rules.map((rule) => [rule.id, rule])).values()];
      const winners = [unique, unique.toReversed()].map((ordered) => {
        return explain(createSnapshot(ordered).table(parseServiceName('orders'), 'http'), request).winner;
      });
      expect(winners[0]).toBe(winners[1]);
    }),
    { numRuns: 500 },
  );
});

test('where no rule looks at more, nothing more is collected', () => {
  const service = parseServiceName('orders');
  const snapshot = createSnapshot([createRule('orders', 'alice'), createKeylessRule('payments', 'ann', [[header('X-Team', present)]])]);
  expect(snapshot.table(service, 'http').fieldNames).toBe(snapshot.keyNames);
  const names = snapshot.table(parseServiceName('payments'), 'http').fieldNames;
  expect([...names]).toEqual([...snapshot.keyNames, 'x-team']);
  expect(snapshot.table(parseServiceName('payments'), 'admin').fieldNames).toBe(snapshot.keyNames);
});
