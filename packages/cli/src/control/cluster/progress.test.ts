import type { Intercept, InterceptConditionType, InterceptReason } from '@switchyard/kube';
import { expect, test } from 'vitest';
import type { Progress } from '../progress.ts';
import { readProgress } from './progress.ts';

type Row = readonly [type: InterceptConditionType, status: 'True' | 'False' | 'Unknown', reason: InterceptReason, message?: string];

const since = new Date('2030-01-01T14:03:07Z');

function read(...rows: readonly Row[]): Progress {
  return readAt({ toldAt: since.toISOString(), routedSince: since.toISOString() }, ...rows);
}

function readAt({ toldAt, routedSince }: { readonly toldAt: string; readonly routedSince: string }, ...rows: readonly Row[]): Progress {
  const conditions = rows.map(([type, status, reason, message = '']) => ({ type, status, reason, message, lastTransitionTime: toldAt }));
  const object: Intercept = {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: 'orders.http.alice' },
    spec: { service: 'orders', port: 'http', key: 'alice', owner: { user: 'alice' } },
    status: { conditions, routedSince },
  };
  return readProgress(object);
}

const accepted: Row = ['Accepted', 'True', 'Accepted'];
const routed: Row = ['Routed', 'True', 'Routed'];

test('each condition counts only while those before it hold', () => {
  expect(read()).toEqual({ t: 'unrouted', message: undefined });
  expect(read(routed, ['SessionReady', 'True', 'SessionReady'])).toEqual({ t: 'unrouted', message: undefined });
  expect(read(accepted, ['Routed', 'False', 'Drifted', 'Somebody wrote it.'])).toEqual({ t: 'unrouted', message: 'Somebody wrote it.' });
  expect(read(['Accepted', 'False', 'ApprovalPending', 'Ask.'])).toEqual({ t: 'unapproved', message: 'Ask.' });
  expect(read(accepted, routed)).toEqual({ t: 'routed', since, settlesMs: 0 });
  expect(read(accepted, routed, ['SessionReady', 'False', 'NoSession', 'none'])).toEqual({ t: 'routed', since, settlesMs: 0 });
  expect(read(accepted, routed, ['SessionReady', 'True', 'SessionReady'])).toEqual({ t: 'ready', since, settlesMs: 0 });
});

test('names of others in what the manager says drive no terminal', () => {
  const message = 'It is \u202Eecila\u001B[2J.';
  expect(read(['Accepted', 'False', 'ApprovalPending', message])).toEqual({ t: 'unapproved', message: 'It is  ecila [2J.' });
  expect(read(['Accepted', 'False', 'KeyTaken', message])).toMatchObject({ error: { message: 'It is  ecila [2J.' } });
  expect(read(accepted, ['Routed', 'False', 'Drifted', message])).toEqual({ t: 'unrouted', message: 'It is  ecila [2J.' });
});

test.for([
  ['a switch that every node is still to hear of', '2030-01-01T14:03:06.200Z', '2030-01-01T14:03:07.000Z', 800],
  ['one of long ago', '2030-01-01T14:03:06.200Z', '2030-01-01T12:00:00.000Z', 0],
  ['times that cannot be [cli.routeSettleMs]', '2030-01-01T14:03:06.200Z', '2031-01-01T00:00:00.000Z', 3_000],
  ['a time that is none', 'yesterday', '2030-01-01T14:03:07.000Z', 0],
] as const)('%s: its requests are waited for', ([, toldAt, routedSince, settlesMs]) => {
  expect(readAt({ toldAt, routedSince }, accepted, routed)).toMatchObject({ t: 'routed', settlesMs });
});

test('a time is shown in the second in which it is over', () => {
  expect(readAt({ toldAt: '', routedSince: '2030-01-01T14:03:06.001Z' }, accepted, routed)).toMatchObject({ since });
});

test.for([
  ['KeyTaken', 'route_conflict'],
  ['ServiceNotFound', 'service_not_found'],
  ['PortNotFound', 'service_not_found'],
  ['LimitReached', 'limit_reached'],
  ['NotHttp', 'service_unsupported'],
  ['Headless', 'service_unsupported'],
  ['NetworkPolicy', 'service_unsupported'],
] as const)('not accepted for %s is %s', ([reason, code]) => {
  expect(read(['Accepted', 'False', reason, 'Because.'])).toMatchObject({ t: 'refused', error: { code, message: 'Because.' } });
});

test('an address that the manager does not dial is refused', () => {
  expect(read(accepted, routed, ['SessionReady', 'False', 'TargetRefused', 'Not a pod.'])).toMatchObject({
    t: 'refused',
    error: { code: 'not_allowed', message: 'Not a pod.', hint: 'Let the requests come through the tunnel: --lane tunnel.' },
  });
});
