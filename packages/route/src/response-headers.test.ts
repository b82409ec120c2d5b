import { expect, test } from 'vitest';
import { createKeylessRule, createRule, createWorld } from '../test/world.ts';
import { toMatchId } from './match/match-id.ts';
import { toServedBy, toVary } from './response-headers.ts';

test('served-by names the key, or the intercept without one, and the kind of target', () => {
  expect(toServedBy(createRule('orders', 'alice'))).toBe('alice@tunnel');
  const alice = createRule('orders', 'alice');
  const target = { t: 'direct', host: '10.0.0.7', port: 1, intercept: alice.id } as const;
  expect(toServedBy({ ...alice, target })).toBe('alice@direct');
  const keyless = createKeylessRule('orders', 'ann', [[{ t: 'method', method: 'GET' }]]);
  expect(toServedBy(keyless)).toBe(`orders.http.match.${toMatchId(keyless.match)}@tunnel`);
});

test('vary names every header that a decision looks at', () => {
  expect(toVary(createWorld().keyNames)).toBe('x-intercept-id, baggage, kubernetes-route-as, cookie');
});
