import type { RoutedService } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { createCondition, createRouted, startDate } from '../../../test/objects.ts';
import { judgeRouting } from './judge-routing.ts';

const place = { service: 'orders', port: 'http' } as Parameters<typeof judgeRouting>[0];
const notReady = (reason: Parameters<typeof createCondition>[2]): RoutedService =>
  createRouted('orders', { conditions: [createCondition('Ready', 'False', reason as 'Failing', 'Why.')] });

test.for<[string, RoutedService | undefined, string]>([
  ['nothing was begun', undefined, 'Preparing'],
  ['nothing was written yet', { ...createRouted('orders'), status: {} }, 'Preparing'],
  ['it is being prepared', createRouted('orders', { phase: 'Preparing' }), 'Preparing'],
  ['it is being given back', createRouted('orders', { phase: 'Restoring' }), 'Preparing'],
  ['it waits for routers', notReady('WaitingForRouters'), 'Preparing'],
  ['it waits for endpoints', notReady('WaitingForEndpoints'), 'Preparing'],
  ['its port is taken', notReady('PortUnavailable'), 'PortUnavailable'],
  ['somebody changed it', notReady('Drifted'), 'Drifted'],
  ['it fails', notReady('Failing'), 'Failing'],
  [
    'somebody keeps changing it',
    createRouted('orders', { conditions: [createCondition('Contested', 'True', 'Contested'), createCondition('Ready', 'True', 'Routed')] }),
    'Contested',
  ],
  ['the port is new', { ...createRouted('orders'), spec: { ...createRouted('orders').spec, ports: [] } }, 'Preparing'],
])('not routed: %s', ([, routed, reason]) => {
  expect(judgeRouting(place, true, routed)).toMatchObject({ holds: false, reason, since: undefined });
});

test('what is wrong is told in the words of the takeover', () => {
  expect(judgeRouting(place, true, notReady('Drifted')).message).toBe('Why.');
});

test('what is being given back is not said to be on its way to the router', () => {
  expect(judgeRouting(place, true, createRouted('orders', { phase: 'Restoring' })).message).toBe(
    'The traffic of orders is being given back to its own pods.',
  );
});

test('routed, since when', () => {
  expect(judgeRouting(place, true, createRouted('orders'))).toMatchObject({ holds: true, reason: 'Routed', since: startDate });
});

test('what is not accepted is not routed, whatever happens to the service', () => {
  expect(judgeRouting(place, false, createRouted('orders'))).toMatchObject({ holds: false, reason: 'NotAccepted' });
});
