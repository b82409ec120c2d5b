import type { InterceptId } from '@switchyard/contract';
import { createFakeClock, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, openSeat } from '../../../test/keeper-bench.ts';
import { createIntercept, createManagerPod, startDate } from '../../../test/objects.ts';
import { createInterceptPolicy } from '../../../test/policies.ts';

const id = 'orders.http.alice' as InterceptId;
const mine = createIntercept(id, 'alice');
const minuteMs = 60_000;
const startMs = Date.parse(startDate);

test('an intercept that nobody uses ends, after a warning; each request puts that off, and few are noted [manager.idleLifetimeMs]', async () => {
  await using bench = await openKeeperBench({ objects: [mine], changes: { idleLifetimeMs: 60 * minuteMs } });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.clock.advance(30 * minuteMs);
  bench.seat.use(id);
  bench.keeper.reconsider();
  const noted = new Date(startMs + 30 * minuteMs).toISOString();
  await until(() => bench.object(id)?.status?.lastUsedAt === noted);
  // What the watch tells of this one, it tells after that.
  bench.put(createIntercept('orders.http.bob', 'bob', { createdAt: noted }));
  await bench.untilTold('orders.http.bob', 'Accepted', 'True Accepted');
  for (let count = 0; count < 14; count++) {
    bench.clock.advance(minuteMs);
    bench.seat.use(id);
    bench.keeper.reconsider();
  }
  const patches = (): number => bench.kube.requests.filter(({ method, path }) => method === 'PATCH' && path.includes(id)).length;
  const before = patches();
  bench.clock.advance(minuteMs);
  bench.keeper.reconsider();
  expect([bench.object(id)?.status?.lastUsedAt, patches()]).toEqual([noted, before]);
  // Used last at 44 minutes; that was noted at 30 minutes, and a quarter of an hour may be missing there.
  bench.clock.advance(49 * minuteMs);
  expect(agent.events).toEqual([]);
  bench.clock.advance(minuteMs);
  expect(agent.events).toEqual([
    {
      t: 'expiry_warning',
      id,
      expiresAt: new Date(startMs + 105 * minuteMs),
      message: 'No request has come for it in a long time; the next one keeps it, a renewal does not.',
    },
  ]);
  bench.clock.advance(10 * minuteMs - 1);
  expect(bench.keeper.get(id)).toBeDefined();
  bench.clock.advance(1);
  await bench.untilGone(id);
  expect(agent.events[1]).toEqual({
    t: 'intercept_ended',
    id,
    reason: 'idle',
    message: `The intercept ${id} ended: no request came for it in 1h.`,
  });
});

test('none ends for want of use where that is not asked for', async () => {
  await using bench = await openKeeperBench({ objects: [mine], changes: { idleLifetimeMs: 0 } });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.clock.advance(7 * 60 * minuteMs);
  expect(agent.events).toEqual([]);
  expect(bench.keeper.get(id)).toBeDefined();
});

test('in a drain nobody new is accepted; who is there is warned, and ends at its time with who drains and why', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  const atMs = startMs + 5 * minuteMs;
  bench.seat.drain({ by: 'ops@corp.example', reason: 'upgrade', atMs });
  const message = 'The namespace is drained by ops@corp.example: upgrade; a renewal does not change that.';
  expect(agent.events).toEqual([{ t: 'expiry_warning', id, expiresAt: new Date(atMs), message }]);
  // A renewal is granted, in case the drain ends; whoever asks hears that it does not help.
  const expiresAt = new Date(startMs + 60 * minuteMs);
  expect(bench.keeper.renew(agent, id, 60 * minuteMs)).toMatchObject({ expiresAt, closing: { at: new Date(atMs), message } });
  await bench.settle(() => bench.object(id)?.status?.expiresAt === expiresAt.toISOString());
  const spec = { renewals: 1, lifetimeSeconds: 7_200 };
  bench.put(createIntercept(id, 'alice', { spec, status: bench.object(id)?.status }));
  await bench.settle(() => agent.events.length > 1);
  expect(agent.events[1]).toMatchObject({ t: 'intercept_renewed', closing: { at: new Date(atMs), message } });
  bench.put(createIntercept('orders.http.bob', 'bob'));
  await bench.untilTold('orders.http.bob', 'Accepted', 'False StandingDown');
  bench.clock.advance(5 * minuteMs);
  await bench.untilGone(id);
  expect(agent.events[2]).toMatchObject({
    reason: 'revoked',
    message: `The intercept ${id} was ended, since the namespace is drained by ops@corp.example: upgrade.`,
  });
  // After its time as well: what was never accepted is refused, and does not end.
  bench.put(createIntercept('orders.http.dave', 'dave', { createdAt: new Date(atMs).toISOString() }));
  await bench.untilTold('orders.http.dave', 'Accepted', 'False StandingDown');
  bench.seat.drain(undefined);
  await bench.untilTold('orders.http.dave', 'Accepted', 'True Accepted');
  bench.put(createIntercept('orders.http.carol', 'carol', { createdAt: new Date(atMs).toISOString() }));
  await bench.untilTold('orders.http.carol', 'Accepted', 'True Accepted');
});

test('who waits for an approval when a drain begins is refused, keeps their session, and waits again once it is taken back', async () => {
  await using bench = await openKeeperBench({ objects: [mine, createInterceptPolicy('careful', { approval: 'Required' })] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.seat.drain({ by: 'ops', reason: undefined, atMs: startMs + 5 * minuteMs });
  await bench.untilTold(id, 'Accepted', 'False StandingDown');
  bench.keeper.reconsider();
  // The agent may come back meanwhile; one that was never here may not.
  expect(await bench.keeper.register(agent, createSpec('alice'))).toMatchObject({ waiting: { reason: 'StandingDown' } });
  bench.put(createIntercept('orders.http.bob', 'bob'));
  await bench.untilTold('orders.http.bob', 'Accepted', 'False StandingDown');
  await expect(bench.keeper.register(createAgent('s2', 'bob'), createSpec('bob'))).rejects.toMatchObject({ code: 'service_unsupported' });
  bench.clock.advance(6 * minuteMs);
  bench.seat.drain(undefined);
  await bench.untilTold(id, 'Accepted', 'False ApprovalPending');
  expect(agent.events.map(({ t }) => t)).toEqual(['intercept_changed', 'intercept_changed']);
});

test('where another manager has the session, it hears from the object that its time in a drain has come', async () => {
  const pods = [createManagerPod('self', '10.0.0.1'), createManagerPod('other', '10.0.0.2')];
  await using bench = await openKeeperBench({ objects: [mine, ...pods] });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  const agent = createAgent('s1', 'alice');
  await other.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  await until(() => bench.keeper.get(id) !== undefined);
  bench.seat.drain({ by: 'ops', reason: undefined, atMs: startMs });
  await bench.untilGone(id);
  await until(() => agent.events.length > 0);
  expect(agent.events).toMatchObject([{ reason: 'revoked', message: expect.stringContaining('is drained by ops') }]);
});

test('where another manager has the session, it hears from the object why the leader ends the intercept, before that goes', async () => {
  const pods = [createManagerPod('self', '10.0.0.1'), createManagerPod('other', '10.0.0.2')];
  await using bench = await openKeeperBench({ objects: [mine, ...pods], changes: { idleLifetimeMs: 60 * minuteMs } });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2', changes: { idleLifetimeMs: 0 } });
  const agent = createAgent('s1', 'alice');
  await other.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  await until(() => bench.keeper.get(id) !== undefined);
  bench.clock.advance(75 * minuteMs);
  await bench.untilGone(id);
  await until(() => agent.events.length > 0);
  expect(agent.events).toMatchObject([{ reason: 'idle', message: expect.stringContaining('no request came for it in 1h') }]);
});

test('so does one whose clock is behind: what expired was not removed by anybody', async () => {
  const pods = [createManagerPod('self', '10.0.0.1'), createManagerPod('other', '10.0.0.2')];
  await using bench = await openKeeperBench({ objects: [mine, ...pods], changes: { idleLifetimeMs: 0 } });
  await using other = await openSeat(bench.kube, createFakeClock(), { leading: false, podAddress: '10.0.0.2' });
  const agent = createAgent('s1', 'alice');
  await other.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  bench.clock.advance(Date.parse(bench.object(id)?.status?.expiresAt ?? '') - startMs);
  await bench.settle(() => bench.object(id) === undefined);
  await until(() => agent.events.length > 0);
  expect(agent.events).toEqual([
    { t: 'intercept_ended', id, reason: 'expired', message: `The intercept ${id} reached the end of its lifetime.` },
  ]);
});
