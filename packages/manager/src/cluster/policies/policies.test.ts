import type { InterceptId } from '@switchyard/contract';
import { approvedAnnotation, type Intercept } from '@switchyard/kube';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSpec, limits } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench } from '../../../test/keeper-bench.ts';
import { createCondition, createIntercept, createRouted, createService } from '../../../test/objects.ts';
import { createInterceptPolicy, ruleBy } from '../../../test/policies.ts';
import { readClaim, type Claim } from '../intercepts/claim.ts';
import { judgeAcceptance } from '../intercepts/judge-acceptance.ts';
import { grantRenewal } from './renewal.ts';

const id = 'orders.http.alice' as InterceptId;
const mine = createIntercept(id, 'alice');
const nothing = createInterceptPolicy('nothing', { modes: [] });
const minuteMs = 60_000;

function toClaims(objects: readonly Intercept[]): readonly Claim[] {
  return objects.flatMap((object) => readClaim(object) ?? []);
}

/** What is said of each object, by name. */
function judge(
  objects: readonly Intercept[],
  ...policies: readonly ReturnType<typeof createInterceptPolicy>[]
): Readonly<Record<string, string>> {
  const claims = toClaims(objects);
  const verdicts = judgeAcceptance(claims, { judgePlace: () => undefined, rulingOf: ruleBy(...policies) }, limits);
  return Object.fromEntries(claims.map(({ uid, id: name }) => [name, verdicts.get(uid)?.reason ?? '']));
}

test('what no policy allows is in no snapshot, whatever its status says', async () => {
  const conditions = [createCondition('Accepted', 'True', 'Accepted'), createCondition('SessionReady', 'True', 'SessionReady')] as const;
  const forged = createIntercept(id, 'alice', { status: { conditions } });
  await using bench = await openKeeperBench({ objects: [nothing, forged] });
  await bench.untilGone(id);
  expect(bench.seat.published.flat()).toEqual([]);
});

test('a policy that comes ends what it does not allow, and the agent hears why', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  expect(bench.seat.rules).toHaveLength(1);
  bench.put(nothing);
  await bench.untilGone(id);
  expect(agent.events.at(-1)).toMatchObject({
    t: 'intercept_ended',
    reason: 'policy',
    message: expect.stringContaining('The policy "nothing" does not allow orders to be intercepted'),
  });
  expect(bench.seat.rules).toEqual([]);
});

test('a schedule ends in its minute, though nothing else happens', async () => {
  const open = createInterceptPolicy('morning', { schedule: { timeZone: 'UTC', from: '00:00', to: '00:02' } });
  await using bench = await openKeeperBench({ objects: [open, mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  const untilMs = Math.ceil(bench.clock.date().getTime() / (2 * minuteMs)) * 2 * minuteMs - bench.clock.date().getTime() || 2 * minuteMs;
  bench.clock.advance(untilMs - 1);
  expect(bench.seat.rules).toHaveLength(1);
  bench.clock.advance(1);
  await bench.untilGone(id);
  expect(agent.events).toMatchObject([{ reason: 'policy', message: expect.stringContaining('only every day, 00:00 to 00:02 (UTC)') }]);
});

test('who waits for approval keeps the place, takes no request, and is accepted once approved', async () => {
  const careful = createInterceptPolicy('careful', { approval: 'Required' });
  await using bench = await openKeeperBench({ objects: [careful, mine, createService('payments'), createRouted('payments')] });
  await bench.untilTold(id, 'Accepted', 'False ApprovalPending');
  const agent = createAgent('s1', 'alice');
  const pending = { accepted: false, reason: 'ApprovalPending', message: expect.stringContaining(`intercept admin approve ${id}`) };
  expect(await bench.keeper.register(agent, createSpec('alice'))).toMatchObject({ waiting: pending });
  expect(bench.seat.rules).toEqual([]);
  bench.put(createIntercept('payments.http.alice', 'bob', { createdAt: '2030-01-01T00:00:05Z' }));
  await bench.untilTold('payments.http.alice', 'Accepted', 'False KeyTaken');
  const waiting = bench.object(id) ?? mine;
  bench.put({ ...waiting, metadata: { ...waiting.metadata, annotations: { [approvedAnnotation]: 'boss' } } });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  expect(agent.events).toMatchObject([{ t: 'intercept_changed', intercept: { id, waiting: undefined } }]);
});

test('a key that somebody waits for with is theirs', () => {
  const careful = createInterceptPolicy('careful', { approval: 'Required', subjects: [{ kind: 'User', name: 'alice' }] });
  const later = createIntercept('payments.http.alice', 'bob', { createdAt: '2030-01-01T00:00:05Z' });
  expect(judge([later, mine], careful)).toEqual({ 'orders.http.alice': 'ApprovalPending', 'payments.http.alice': 'KeyTaken' });
  expect(judge([later, mine], createInterceptPolicy('none', { modes: [], subjects: [{ kind: 'User', name: 'alice' }] }))).toEqual({
    'orders.http.alice': 'PolicyDenied',
    'payments.http.alice': 'Accepted',
  });
});

test('how many of a user and of a service: the oldest, in whatever order they are seen', () => {
  const few = createInterceptPolicy('few', { interceptsPerUser: 2, interceptsPerService: 3 });
  const objects = ['a', 'b', 'c', 'd', 'e'].map((key, index) =>
    createIntercept(`orders.http.${key}`, index < 3 ? 'alice' : `user-${index}`, { createdAt: `2030-01-01T00:00:0${index}Z` }),
  );
  const expected = {
    'orders.http.a': 'Accepted',
    'orders.http.b': 'Accepted',
    'orders.http.c': 'QuotaReached',
    'orders.http.d': 'Accepted',
    'orders.http.e': 'QuotaReached',
  };
  fc.assert(
    fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (seen) => {
      expect(judge(seen, few)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('no policy selects: as many as the manager allows', () => {
  const two = [mine, createIntercept('orders.http.b', 'alice')];
  expect(judge(two, createInterceptPolicy('for-others', { subjects: [{ kind: 'User', name: 'bob' }], modes: [] }))).toEqual({
    'orders.http.alice': 'Accepted',
    'orders.http.b': 'Accepted',
  });
});

test('lifetimes are what the policy grants: by default, at most, and when it is tightened', async () => {
  const short = createInterceptPolicy('short', { lifetime: { defaultSeconds: 600, maxSeconds: 1800 } });
  await using bench = await openKeeperBench({ objects: [short, mine] });
  const agent = createAgent('s1', 'alice');
  const startMs = bench.clock.date().getTime();
  const inMs = (at: { readonly expiresAt: Date }): number => at.expiresAt.getTime() - startMs;
  expect(inMs(await bench.keeper.register(agent, createSpec('alice')))).toBe(600_000);
  expect(inMs(bench.keeper.renew(agent, mine.metadata.name as never, undefined))).toBe(600_000);
  expect(inMs(bench.keeper.renew(agent, mine.metadata.name as never, 1_800_000))).toBe(1_800_000);
  expect(() => bench.keeper.renew(agent, mine.metadata.name as never, 1_800_001)).toThrow(
    'The policy "short" allows an intercept to be renewed',
  );
  await bench.settle(() => Date.parse(bench.object(id)?.status?.expiresAt ?? '') >= startMs + 1_800_000);
  bench.put(createInterceptPolicy('short', { lifetime: { maxSeconds: 60 } }));
  await bench.settle(() => Date.parse(bench.object(id)?.status?.expiresAt ?? '') <= bench.clock.date().getTime() + 60_000);
  expect(bench.seat.rules).toHaveLength(1);
});

test('where others took up the longest allowance, it is the shorter one', async () => {
  const long = createInterceptPolicy('long', { interceptsPerUser: 1, lifetime: { maxSeconds: 3600 } });
  const short = createInterceptPolicy('short', { lifetime: { maxSeconds: 60 } });
  const second = createIntercept('orders.http.b', 'alice', { createdAt: '2030-01-01T00:00:01Z' });
  await using bench = await openKeeperBench({ objects: [long, short, mine, second] });
  await bench.untilTold('orders.http.b', 'Accepted', 'True Accepted');
  const message = (name: string): string | undefined =>
    bench.object(name)?.status?.conditions?.find(({ type }) => type === 'Accepted')?.message;
  expect([message(id), message('orders.http.b')]).toEqual([
    'The policy "long" allows the intercept.',
    'The policy "short" allows the intercept.',
  ]);
  const endOf = (name: string): number => Date.parse(bench.object(name)?.status?.expiresAt ?? '');
  expect(endOf(id) - endOf('orders.http.b')).toBeGreaterThan(3_000_000);
});

test('a renewal of nothing is none', () => {
  expect(() => grantRenewal(0, { holds: true, reason: 'Accepted', message: '' }, limits)).toThrow('lifetime of nothing');
  expect(grantRenewal(undefined, { holds: true, reason: 'Accepted', message: '' }, limits)).toBe(limits.lifetimeMs);
});

test('a renewal that a policy shortens before it was written is written once, and does not grow with time', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  let refused = 0;
  bench.kube.refuse = ({ method }) => (method === 'PATCH' && refused++ >= 0 ? 409 : undefined);
  bench.clock.advance(60 * minuteMs);
  bench.keeper.renew(session, id, undefined);
  bench.put(createInterceptPolicy('short', { lifetime: { maxSeconds: 3_600 } }));
  const soon = (): boolean => (bench.keeper.get(id)?.expiresAt.getTime() ?? 0) - bench.clock.date().getTime() <= 60 * minuteMs;
  await bench.settle(soon);
  const before = refused;
  await bench.settle(() => refused > before);
  bench.kube.refuse = () => undefined;
  const written = (): number => Date.parse(bench.object(id)?.status?.expiresAt ?? '');
  await bench.settle(() => written() <= bench.clock.date().getTime() + 60 * minuteMs);
  const shown = written();
  bench.clock.advance(10 * minuteMs);
  bench.keeper.reconsider();
  await bench.settle(() => bench.keeper.get(id)?.expiresAt.getTime() === shown);
  expect(written()).toBe(shown);
});
