import type { InterceptId } from '@switchyard/contract';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, openSeat } from '../../../test/keeper-bench.ts';
import { createCondition, createIntercept, createManagerPod } from '../../../test/objects.ts';

const id = 'orders.http.alice' as InterceptId;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const mine = createIntercept(id, 'alice');

test('a manager that begins again finds intercepts whose sessions may come back, from its start on', async () => {
  const conditions = [createCondition('SessionReady', 'True', 'SessionReady')];
  await using bench = await openKeeperBench({
    objects: [createIntercept(id, 'alice', { status: { conditions, expiresAt: '2030-01-01T08:00:00Z' } })],
  });
  expect(bench.seat.rules).toEqual([`${id}@unknown`]);
  expect(bench.keeper.get(id)?.link).toMatchObject({ t: 'away', sinceMs: bench.clock.now() });
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
  await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
});

test('a manager says nothing of a session that another one has, until that one is gone', async () => {
  const conditions = [createCondition('SessionReady', 'True', 'SessionReady')];
  const other = createManagerPod('other', '10.0.0.2');
  await using bench = await openKeeperBench({ objects: [other, createIntercept(id, 'alice', { status: { conditions } })] });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  bench.clock.advance(hourMs);
  expect([bench.told(id, 'SessionReady'), bench.seat.rules]).toEqual(['True SessionReady', [`${id}@unknown`]]);
  bench.put(createManagerPod('other', '10.0.0.2', true));
  await until(() => bench.keeper.get(id)?.link.t === 'away' && Object(bench.keeper.get(id)?.link).sinceMs === bench.clock.now());
  expect(bench.told(id, 'SessionReady')).toBe('True SessionReady');
  bench.kube.remove(other);
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
});

test('a manager that is about to stop says nothing of the sessions that leave it, and still carries a goodbye out', async () => {
  await using bench = await openKeeperBench({ leading: false, objects: [mine, createIntercept('orders.http.bob', 'bob')] });
  const [alice, bob] = [createAgent('s1', 'alice'), createAgent('s2', 'bob')];
  await bench.keeper.register(alice, createSpec('alice'));
  await bench.keeper.register(bob, createSpec('bob'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.keeper.retire();
  bench.keeper.lose(alice);
  bench.keeper.leave(bob);
  await bench.untilGone('orders.http.bob');
  expect(bench.told(id, 'SessionReady')).toBe('True SessionReady');
});

test('who does not lead says only what is its own, and deletes only what said goodbye to it', async () => {
  await using bench = await openKeeperBench({ leading: false, objects: [mine, createIntercept('orders.http.bob', 'bob')] });
  const [alice, bob] = [createAgent('s1', 'alice'), createAgent('s2', 'bob')];
  await bench.keeper.register(alice, createSpec('alice'));
  await bench.keeper.register(bob, createSpec('bob'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  await bench.untilTold('orders.http.bob', 'SessionReady', 'True SessionReady');
  expect(bench.told(id, 'Accepted')).toBe('undefined undefined');
  bench.keeper.lose(alice);
  bench.keeper.leave(bob);
  await bench.untilGone('orders.http.bob');
  bench.clock.advance(5 * minuteMs);
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
  expect(bench.seat.ended.toSorted()).toEqual(['removed', 'session_gone']);
  bench.seat.lead(true);
  await bench.untilGone(id);
});

test('the agent of another manager is left alone by the one that leads', async () => {
  await using bench = await openKeeperBench({
    objects: [mine, createManagerPod('other', '10.0.0.2'), createManagerPod('self', '10.0.0.1')],
  });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  const session = createAgent('s1', 'alice');
  await other.keeper.register(session, createSpec('alice'));
  await bench.settle(() => bench.told(id, 'SessionReady') === 'True SessionReady' && bench.told(id, 'Accepted') === 'True Accepted');
  bench.clock.advance(hourMs);
  const { expiresAt } = other.keeper.renew(session, id, undefined);
  await bench.settle(() => bench.keeper.get(id)?.expiresAt.getTime() === expiresAt.getTime());
  expect(bench.told(id, 'SessionReady')).toBe('True SessionReady');
  expect(bench.seat.rules).toEqual([`${id}@at other`]);
  // The session goes over to this manager, and the other one hears of its loss only afterwards.
  await bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'));
  await bench.settle(() => bench.object(id)?.status?.router === 'self' && other.rules[0] === `${id}@at self`);
  other.keeper.lose(session);
  await bench.settle(() => bench.told(id, 'SessionReady') === 'True SessionReady');
  expect([bench.seat.rules, other.rules]).toEqual([[`${id}@s2`], [`${id}@at self`]]);
});

test('a manager that neither leads nor has the session writes the renewal that it was asked for', async () => {
  await using bench = await openKeeperBench({
    objects: [mine, createManagerPod('other', '10.0.0.2'), createManagerPod('self', '10.0.0.1')],
  });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.settle(() => other.rules[0] === `${id}@at self`);
  bench.clock.advance(hourMs);
  const { expiresAt } = other.keeper.renewById(id, undefined);
  await bench.settle(() => bench.object(id)?.status?.expiresAt === expiresAt.toISOString());
  await bench.settle(() => bench.keeper.get(id)?.expiresAt.getTime() === expiresAt.getTime());
  expect(session.events).toEqual([{ t: 'intercept_renewed', id, expiresAt }]);
  // A session knows what it asked for itself.
  bench.clock.advance(hourMs);
  const own = bench.keeper.renew(session, id, undefined).expiresAt;
  await bench.settle(() => bench.object(id)?.status?.expiresAt === own.toISOString());
  expect(session.events).toHaveLength(1);
});

test('a goodbye to the manager that the agent left ends nothing', async () => {
  await using bench = await openKeeperBench({
    objects: [mine, createManagerPod('other', '10.0.0.2'), createManagerPod('self', '10.0.0.1')],
  });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  const session = createAgent('s1', 'alice');
  await other.keeper.register(session, createSpec('alice'));
  await bench.settle(() => bench.object(id)?.status?.router === 'other');
  await bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'));
  await bench.settle(() => other.rules[0] === `${id}@at self`);
  other.keeper.leave(session);
  bench.clock.advance(minuteMs);
  await bench.settle(() => bench.told(id, 'SessionReady') === 'True SessionReady');
  expect(bench.seat.rules).toEqual([`${id}@s2`]);
});

test('the session of a manager whose pod is gone is lost, as the leader says, and the others keep holding', async () => {
  const gone = createManagerPod('gone', '10.0.0.3');
  await using bench = await openKeeperBench({
    objects: [mine, gone, createManagerPod('other', '10.0.0.2'), createManagerPod('self', '10.0.0.1')],
  });
  const third = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.3', identity: 'gone' });
  await third.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  await bench.settle(() => bench.seat.rules[0] === `${id}@at gone`);
  await third[Symbol.asyncDispose]();
  bench.kube.remove(gone);
  await bench.settle(() => bench.told(id, 'SessionReady') === 'False SessionLost');
  expect([bench.seat.rules, bench.object(id)?.status?.router]).toEqual([[`${id}@unknown`], undefined]);
});

test('a manager that begins again in its own pod knows that it lost its sessions', async () => {
  const conditions = [createCondition('SessionReady', 'True', 'SessionReady')];
  const status = { conditions, router: 'self' };
  await using bench = await openKeeperBench({
    leading: false,
    objects: [createIntercept(id, 'alice', { status }), createManagerPod('other', '10.0.0.2'), createManagerPod('self', '10.0.0.1')],
  });
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
});
