import type { Intercept } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { limits } from '../../../test/fakes.ts';
import { createCondition, createIntercept, startDate } from '../../../test/objects.ts';
import { readClaim, type Claim } from './claim.ts';
import { judgeLifetime } from './judge-lifetime.ts';
import { judgeStanding, type SessionLink } from './judge-standing.ts';

const startMs = Date.parse(startDate);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const times = { startedMs: startMs + hourMs, peerLeftMs: startMs + 2 * hourMs };

function claimOf(changes: Parameters<typeof createIntercept>[2] = {}): Claim {
  const claim = readClaim(createIntercept('orders.http.alice', 'alice', changes));
  if (claim === undefined) throw new Error('unreadable');
  return claim;
}

function withSession(
  status: 'True' | 'False',
  reason: 'SessionReady' | 'SessionLost' | 'NoSession' | 'TargetRefused',
  atMs = startMs,
): Intercept['status'] {
  return { conditions: [createCondition('SessionReady', status, reason, 'Why.', new Date(atMs).toISOString())] };
}

test.for<[string, Intercept['status'], object]>([
  ['nothing was written', undefined, { t: 'new', sinceMs: times.startedMs }],
  ['it had none before this manager began', withSession('False', 'NoSession'), { t: 'new', sinceMs: times.startedMs }],
  ['it was lost while no manager lived', withSession('False', 'SessionLost'), { t: 'away', sinceMs: times.startedMs }],
  ['it was lost since', withSession('False', 'SessionLost', startMs + 3 * hourMs), { t: 'away', sinceMs: startMs + 3 * hourMs }],
  ['another manager refused it', withSession('False', 'TargetRefused'), { t: 'refused', message: 'Why.' }],
  ['another manager has it', withSession('True', 'SessionReady'), { t: 'elsewhere', router: undefined, sinceMs: times.peerLeftMs }],
])('the object alone: %s', ([, status, expected]) => {
  expect(judgeStanding(claimOf({ status }), undefined, times)).toMatchObject(expected);
});

test('what this manager knows itself counts more than the object', () => {
  const claim = claimOf({ status: withSession('True', 'SessionReady') });
  const lost: SessionLink = { t: 'lost', last: undefined, sinceMs: 5, reported: false };
  expect(judgeStanding(claim, lost, times)).toEqual({ t: 'away', last: undefined, sinceMs: 5 });
});

const live = { t: 'live' } as Extract<SessionLink, { t: 'live' }>;

test.for<[string, Parameters<typeof createIntercept>[2], number | undefined, number]>([
  ['the limit, from its creation', {}, undefined, 8 * hourMs],
  ['what it asks for', { spec: { lifetimeSeconds: 60 } }, undefined, minuteMs],
  ['no more than the limit', { spec: { lifetimeSeconds: 100_000 } }, undefined, 8 * hourMs],
  ['what its status says', { spec: { lifetimeSeconds: 60 }, status: { expiresAt: '2030-01-01T03:00:00Z' } }, undefined, 3 * hourMs],
  ['what it was renewed to', { status: { expiresAt: '2030-01-01T03:00:00Z' } }, startMs + 9 * hourMs, 9 * hourMs],
  ['another lifetime from now, renewed', { spec: { lifetimeSeconds: 60, renewals: 1 } }, undefined, hourMs + minuteMs],
  [
    'what its status says, which has the renewal in it',
    { spec: { renewals: 2 }, status: { expiresAt: '2030-01-01T03:00:00Z', renewals: 2 } },
    undefined,
    3 * hourMs,
  ],
  [
    'another lifetime from now, renewed again after its session renewed it',
    { spec: { renewals: 3 }, status: { expiresAt: '2030-01-01T03:00:00Z', renewals: 2 } },
    startMs + 4 * hourMs,
    9 * hourMs,
  ],
  ['the limit, where its status is no time', { status: { expiresAt: 'soon' } }, undefined, 8 * hourMs],
])('it lives for %s', ([, changes, renewedMs, expectedMs]) => {
  const expiresAtMs = startMs + expectedMs;
  expect(judgeLifetime(claimOf(changes), live, renewedMs, startMs + hourMs, limits)).toEqual({
    expiresAtMs,
    end: { atMs: expiresAtMs, reason: 'expired' },
  });
});

test.for([
  ['away', { t: 'away', last: undefined, sinceMs: startMs }, 5 * minuteMs, 'session_gone'],
  ['without any session', { t: 'new', sinceMs: startMs }, 5 * minuteMs, 'session_gone'],
  ['refused', { t: 'refused', message: '', sinceMs: startMs }, 5 * minuteMs, 'session_gone'],
  ['away shortly before its end', { t: 'away', last: undefined, sinceMs: startMs + 8 * hourMs - 1 }, 8 * hourMs, 'expired'],
  ['served by another manager', { t: 'elsewhere', router: 'other', sinceMs: startMs }, 8 * hourMs, 'expired'],
] as const)('one that is %s ends', ([, standing, afterMs, reason]) => {
  expect(judgeLifetime(claimOf(), standing, undefined, startMs, limits).end).toEqual({ atMs: startMs + afterMs, reason });
});

test.for([
  ['of another name', { ...createIntercept('orders.http.alice', 'alice'), spec: createIntercept('orders.http.bob', 'alice').spec }],
  ['with a key that is none', createIntercept('orders.http.Not_A_Key', 'alice')],
  ['without a time', createIntercept('orders.http.alice', 'alice', { createdAt: '' })],
] as const)('an object %s stands for nothing', ([, object]) => {
  expect(readClaim(object)).toBeUndefined();
});
