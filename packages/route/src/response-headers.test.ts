import { parseRoutingKey } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { createRule, createWorld } from '../test/world.ts';
import { toServedBy, toVary } from './response-headers.ts';

test('served-by names the key and the kind of target', () => {
  expect(toServedBy(parseRoutingKey('alice'), createRule('orders', 'alice').target)).toBe('alice@tunnel');
  expect(toServedBy(parseRoutingKey('alice'), { t: 'baseline', host: '127.0.0.1', port: 1 })).toBe('alice@baseline');
});

test('vary names every header that a decision looks at', () => {
  expect(toVary(createWorld().fieldNames)).toBe('x-intercept-id, baggage, kubernetes-route-as, cookie');
});
