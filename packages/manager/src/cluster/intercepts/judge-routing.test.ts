import type { RoutedService } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { byName, createCondition, createRouted, startDate } from '../../../test/objects.ts';
import { judgeRouting, type Routing } from './judge-routing.ts';

const place = { service: 'orders', port: 'http' } as Parameters<typeof judgeRouting>[0];
const notReady = (reason: Parameters<typeof createCondition>[2]): RoutedService =>
  createRouted('orders', { conditions: [createCondition('Ready', 'False', reason as 'Failing', 'Why.')] });

function judge(accepted: boolean, routed: RoutedService | undefined, standingDown = false): Routing {
  return judgeRouting(place, accepted, { routedServices: routed === undefined ? new Map() : byName(routed), standingDown });
}

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
  expect(judge(true, routed)).toMatchObject({ holds: false, reason, since: undefined });
});

test('what is wrong is told in the words of the takeover', () => {
  expect(judge(true, notReady('Drifted')).message).toBe('Why.');
});

test('what is being given back is not said to be on its way to the router', () => {
  expect(judge(true, createRouted('orders', { phase: 'Restoring' })).message).toBe(
    'The traffic of orders is being given back to its own pods.',
  );
});

test('routed, since when', () => {
  expect(judge(true, createRouted('orders'))).toMatchObject({ holds: true, reason: 'Routed', since: startDate });
});

test('what is not accepted is not routed, whatever happens to the service', () => {
  expect(judge(false, createRouted('orders'))).toMatchObject({ holds: false, reason: 'NotAccepted' });
});

test('a manager that stands down says so, as soon as the traffic is given back', () => {
  expect(judge(true, createRouted('orders'), true).reason).toBe('Routed');
  for (const routed of [undefined, createRouted('orders', { phase: 'Restoring' }), notReady('Drifted')]) {
    const isGone = routed?.status?.phase !== 'Routed';
    expect(judge(true, routed, true).reason).toBe(isGone ? 'StandingDown' : 'Drifted');
  }
  expect(judge(true, undefined, true).message).toContain('switchyard.dev/stand-down');
});
