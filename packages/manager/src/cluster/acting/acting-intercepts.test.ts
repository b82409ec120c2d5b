import { silentLog, type InterceptId } from '@switchyard/contract';
import { intercepts, type Intercept } from '@switchyard/kube';
import type { FakeReview } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec, type FakeSession } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, type KeeperBench } from '../../../test/keeper-bench.ts';
import { createIntercept, toKey } from '../../../test/objects.ts';
import { createInterceptPolicy } from '../../../test/policies.ts';
import { createTokenBuckets } from '../../auth/token-buckets.ts';
import type { SessionIntercepts } from '../../registry/ports.ts';
import { createAccessReviewer } from '../rights/review-access.ts';
import { createActingIntercepts } from './acting-intercepts.ts';

const id = 'orders.http.ci' as InterceptId;
const user = 'system:serviceaccount:shop:ci';
const groups = ['system:serviceaccounts', 'system:authenticated'];

function createActing(
  { seat: { keeper, client, ...collections }, clock }: KeeperBench,
  named: ReadonlySet<string> = new Set(),
): SessionIntercepts {
  const buckets = createTokenBuckets(clock, { burst: 8, perSecond: 1, holders: 8 });
  const review = createAccessReviewer(client);
  return createActingIntercepts(keeper, { ...collections, client, clock, log: silentLog, review, buckets, namedGroups: () => named });
}

function createUserAgent(sessionId: string, key = 'ci', expiresAt = new Date('2030-01-01T01:00:00Z')): FakeSession {
  return {
    ...createAgent(sessionId, user, { publicKey: toKey(key) }),
    user: { user, groups, expiresAt },
    actor: { kind: 'ci' },
  };
}

const spec = createSpec('ci');

test('an agent whose token proved a user gets an intercept in that user’s name, and its goodbye takes it away', async () => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  const session = createUserAgent('s1');
  expect(await acting.register(session, spec)).toMatchObject({ id, owner: user, session: 'ready' });
  expect(bench.object(id)?.spec).toMatchObject({
    service: 'orders',
    port: 'http',
    key: 'ci',
    owner: { user, groups },
    actor: { kind: 'CI' },
    publicKey: toKey('ci'),
  });
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  acting.leave(session);
  await bench.untilGone(id);
});

test.for<[string, (review: FakeReview) => boolean, string]>([
  [
    'may not create intercepts',
    ({ resourceAttributes: { verb } }) => verb !== 'create',
    `${user} may not create intercepts in this namespace.`,
  ],
  [
    'may not intercept the service',
    ({ resourceAttributes: { verb } }) => verb !== 'intercept',
    `${user} may not intercept the service orders.`,
  ],
])('a user is refused who %s, and leaves nothing', async ([, review, message]) => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  bench.kube.review = review;
  await expect(acting.register(createUserAgent('s1'), spec)).rejects.toMatchObject({ code: 'not_allowed', message });
  expect(bench.kube.list(intercepts)).toEqual([]);
});

test('where the API server cannot be asked what a user may, nothing is made for them', async () => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  bench.kube.refuse = ({ path }) => (path.endsWith('/localsubjectaccessreviews') ? 503 : undefined);
  await expect(acting.register(createUserAgent('s1'), spec)).rejects.toMatchObject({ code: 'cluster_unavailable' });
  expect(bench.kube.list(intercepts)).toEqual([]);
});

test('who needs an approval is answered at once, with what is waited for; a goodbye before it takes the wish back', async () => {
  await using bench = await openKeeperBench({ objects: [createInterceptPolicy('careful', { approval: 'Required' })] });
  const acting = createActing(bench);
  const session = createUserAgent('s1');
  const waiting = { accepted: false, reason: 'ApprovalPending', message: expect.stringContaining(`intercept admin approve ${id}`) };
  expect(await acting.register(session, spec)).toMatchObject({ id, waiting });
  await bench.untilTold(id, 'Accepted', 'False ApprovalPending');
  expect(bench.seat.rules).toEqual([]);
  acting.leave(session);
  await bench.untilGone(id);
});

test('an agent without a token gets nothing made, nor one whose token has expired', async () => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  await expect(acting.register(createAgent('s1', 'ci'), spec)).rejects.toMatchObject({ code: 'intercept_not_found' });
  const expired = createUserAgent('s2', 'ci', new Date('2030-01-01T00:00:00Z'));
  await expect(acting.register(expired, spec)).rejects.toMatchObject({ code: 'not_signed_in' });
  expect(bench.kube.list(intercepts)).toEqual([]);
});

test('what is refused after all leaves no object, and says so to whoever records refusals', async () => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  const missing = createSpec('ci', { service: 'missing', port: 'http' });
  const refused = Promise.resolve(acting.register(createUserAgent('s1'), missing));
  await expect(refused).rejects.toMatchObject({ code: 'service_not_found' });
  await expect(refused).rejects.not.toHaveProperty('detail.verdict');
  await bench.untilGone('missing.http.ci');
});

test('a user has something made only so often, by however many sessions, and pays under their name for it', async () => {
  await using bench = await openKeeperBench();
  const acting = createActing(bench);
  bench.kube.review = () => false;
  const ask = (of: FakeSession): Promise<unknown> => Promise.resolve(acting.register(of, spec)).catch((reason: unknown) => reason);
  for (let call = 0; call < 8; call++) expect(await ask(createUserAgent(`s${call}`))).toMatchObject({ code: 'not_allowed' });
  const last = createUserAgent('s8');
  expect(await ask(last)).toMatchObject({ code: 'limit_reached', message: expect.stringContaining(`user ${user}`) as string });
  const other = { ...createUserAgent('s9'), user: { user: 'bob', groups, expiresAt: new Date('2030-01-01T01:00:00Z') } };
  expect(await ask(other)).toMatchObject({ code: 'not_allowed' });
});

function createOwn(owner: string, session: 'True' | 'False'): Intercept {
  const lastTransitionTime = '2030-01-01T00:00:00Z';
  const reason = session === 'True' ? 'SessionReady' : 'SessionLost';
  const condition = { type: 'SessionReady', status: session, reason, message: '', lastTransitionTime } as const;
  return createIntercept(id, owner, { spec: { publicKey: toKey('before') }, status: { conditions: [condition] } });
}

test('a user’s new process takes the place of the one whose session is lost, and of no other', async () => {
  await using bench = await openKeeperBench({ objects: [createOwn(user, 'False')] });
  const before = bench.object(id)?.metadata.uid;
  const acting = createActing(bench);
  await acting.register(createUserAgent('s1'), spec);
  expect(bench.object(id)?.metadata.uid).not.toBe(before);
  const other = createUserAgent('s2', 'other');
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  await expect(acting.register(other, spec)).rejects.toMatchObject({ code: 'route_conflict' });
});

test('another owner’s intercept keeps its name', async () => {
  await using bench = await openKeeperBench({ objects: [createOwn('alice', 'False')] });
  const acting = createActing(bench);
  await expect(acting.register(createUserAgent('s1'), spec)).rejects.toMatchObject({ code: 'route_conflict' });
  expect(bench.object(id)?.spec.owner.user).toBe('alice');
});

test('of very many groups those stay that policies name, and nobody passes who has more of them than an object holds', async () => {
  await using bench = await openKeeperBench();
  const many = Array.from({ length: 200 }, (_, index) => `team-${index}`);
  const createCrowded = (sessionId: string): FakeSession => {
    return { ...createUserAgent(sessionId), user: { user, groups: many, expiresAt: new Date('2030-01-01T01:00:00Z') } };
  };
  await expect(createActing(bench, new Set(many)).register(createCrowded('s1'), spec)).rejects.toMatchObject({ code: 'not_allowed' });
  expect(bench.kube.list(intercepts)).toEqual([]);
  await createActing(bench, new Set(['team-199', 'strangers'])).register(createCrowded('s2'), spec);
  expect(bench.object(id)?.spec.owner.groups?.[0]).toBe('team-199');
});

test('a session renews as far as its token proves who its owner is now, and one with a key alone never', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept('orders.http.alice', 'alice')] });
  const acting = createActing(bench);
  const withKey = createAgent('s1', 'alice');
  await acting.register(withKey, createSpec('alice'));
  expect(() => acting.renew(withKey, 'orders.http.alice' as InterceptId, undefined)).toThrow(/does not prove who renews it/);
  const withToken = createUserAgent('s2');
  await acting.register(withToken, spec);
  expect(acting.renew(withToken, id, undefined)).toMatchObject({ id });
  bench.clock.advance(3_600_000);
  expect(() => acting.renew(withToken, id, undefined)).toThrow(/has expired/);
});
