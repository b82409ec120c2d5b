import type { InterceptId } from '@switchyard/contract';
import { until } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AgentSession } from '../../registry/intercept.ts';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench } from '../../../test/keeper-bench.ts';
import { createIntercept, createService, startDate, toKey } from '../../../test/objects.ts';

const id = 'orders.http.alice' as InterceptId;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.parse(startDate);
const mine = createIntercept(id, 'alice');

test('an object is told what is thought of it; its service is wanted, and nothing is routed before a session came', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  expect(bench.object(id)?.status).toMatchObject({
    conditions: [
      { type: 'Accepted', observedGeneration: 1 },
      { type: 'Routed', status: 'True', reason: 'Routed' },
      { type: 'SessionReady', status: 'False', reason: 'NoSession' },
    ],
    expiresAt: '2030-01-01T08:00:00.000Z',
    routedSince: startDate,
  });
  expect([...bench.keeper.wanted]).toEqual(['orders']);
  expect(bench.seat.published).toEqual([[]]);
});

test('what is true already is not written again', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  bench.keeper.reconsider();
  bench.put(createService('payments'));
  await until(() => bench.kube.requests.filter(({ method }) => method === 'PATCH').length === 1);
  bench.put(createIntercept('payments.http.bob', 'bob'));
  await bench.untilTold('payments.http.bob', 'Accepted', 'True Accepted');
  expect(bench.kube.requests.filter(({ method, path }) => method === 'PATCH' && path.includes(id))).toHaveLength(1);
});

test('a write counts only for the version of the object that it was decided on', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const { resourceVersion, uid } = bench.object(id)?.metadata ?? {};
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.keeper.leave(session);
  await bench.untilGone(id);
  const of = (wanted: string): unknown => bench.kube.requests.find(({ method }) => method === wanted)?.body;
  expect(of('PATCH')).toMatchObject({ metadata: { resourceVersion } });
  expect(of('DELETE')).toMatchObject({ preconditions: { uid } });
});

test('a session that holds the key of the object is routed to', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const info = await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  expect(info).toMatchObject({ id, owner: 'alice', session: 'ready', client: 'alices-laptop', expiresAt: new Date(startMs + 8 * hourMs) });
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  expect(bench.keeper.get(id)?.link.t).toBe('ready');
  expect(bench.keeper.ownersOf(toKey('alice'))).toMatchObject([{ owner: 'alice' }]);
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
});

test('what a live intercept matches may change, and has effect with the object', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  const before = bench.seat.published.length;
  bench.put(createIntercept(id, 'alice', { spec: { match: [{ allOf: [{ header: { name: 'x-team', present: true } }] }] } }));
  await until(() => bench.keeper.get(id)?.match.length === 1);
  expect(bench.seat.published).toHaveLength(before + 1);
  expect(bench.keeper.get(id)?.link.t).toBe('ready');
  // One that makes no sense is not passed over: it takes nothing any more.
  bench.put(createIntercept(id, 'alice', { spec: { match: [{ allOf: [{ path: { regex: '(' } }] }] } }));
  await until(() => bench.seat.rules.length === 0);
});

test('an object that the watch did not bring yet is asked for', async () => {
  await using bench = await openKeeperBench();
  bench.put(mine);
  await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
});

test.for([
  ['without an object', 'bob', 'bob', {}, 'intercept_not_found'],
  ['with a key that is not the object’s', 'mallory', 'alice', {}, 'not_allowed'],
  ['for a key that is another owner’s', 'bob', 'alice', { service: 'payments' }, 'route_conflict'],
  ['for a Service that cannot be taken over', 'bob', 'bob', { service: 'headless' }, 'service_unsupported'],
  ['for a Service that is not there', 'bob', 'bob', { service: 'missing', port: 'http' }, 'service_not_found'],
] as const)('a session is refused %s', async ([, agent, key, place, code]) => {
  const objects = [
    mine,
    createService('payments'),
    createService('headless', { clusterIP: 'None' }),
    createIntercept('payments.http.alice', 'bob', { createdAt: '2030-01-01T00:00:01Z' }),
    createIntercept('headless.http.bob', 'bob'),
    createIntercept('missing.http.bob', 'bob'),
  ];
  await using bench = await openKeeperBench({ objects });
  await expect(bench.keeper.register(createAgent('s1', agent), createSpec(key, place))).rejects.toMatchObject({ code });
  expect(bench.seat.rules).toEqual([]);
});

test('an agent without a key is nobody, even where the object has none', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice', { spec: { publicKey: '' } })] });
  const agent = createAgent('s1', 'alice', { publicKey: '' });
  await expect(bench.keeper.register(agent, createSpec('alice'))).rejects.toMatchObject({ code: 'not_allowed' });
});

test('a lost session leaves its intercept away; after five minutes it ends', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.clock.advance(hourMs);
  bench.keeper.lose(session);
  expect(bench.keeper.get(id)?.link).toMatchObject({
    t: 'away',
    sinceMs: bench.clock.now(),
    until: new Date(startMs + hourMs + 5 * minuteMs),
  });
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
  bench.clock.advance(5 * minuteMs - 1);
  expect(bench.seat.ended).toEqual([]);
  bench.clock.advance(1);
  expect(bench.seat.rules).toEqual([]);
  expect(bench.seat.ended).toEqual(['session_gone']);
  await bench.untilGone(id);
});

test('a session that comes back goes on', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.keeper.lose(session);
  const changes: string[] = [];
  bench.keeper.watch(id, () => void changes.push(bench.keeper.get(id)?.link.t ?? 'ended'));
  await bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'));
  bench.clock.advance(6 * minuteMs);
  expect(bench.seat.rules).toEqual([`${id}@s2`]);
  expect(changes).toEqual(['ready']);
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
});

test('a goodbye ends at once, and the object goes when the API server is back', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.kube.pause();
  bench.keeper.leave(session);
  expect([bench.seat.rules, bench.seat.ended, [...bench.keeper.wanted]]).toEqual([[], ['removed'], []]);
  await expect(bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'))).rejects.toMatchObject({
    code: 'intercept_not_found',
  });
  bench.kube.resume();
  await bench.settle(() => bench.object(id) === undefined);
  expect(session.events).toEqual([]);
  expect(bench.seat.ended).toEqual(['removed']);
});

test('an object that somebody deletes ends the session’s intercept', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.kube.remove(mine);
  await until(() => session.events.length > 0);
  expect(session.events).toEqual([{ t: 'intercept_ended', id, reason: 'removed' }]);
  expect([bench.seat.rules, bench.seat.ended]).toEqual([[], ['removed']]);
});

test('another object of the name is another intercept', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.kube.remove(mine);
  bench.put(createIntercept(id, 'alice', { uid: 'another' }));
  await until(() => session.events.length > 0);
  expect(bench.seat.rules).toEqual([]);
  await bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'));
  expect(bench.seat.rules).toEqual([`${id}@s2`]);
});

test('an object that gets another key is the other agent’s', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const first = createAgent('s1', 'alice');
  await bench.keeper.register(first, createSpec('alice'));
  bench.put({ ...mine, spec: { ...mine.spec, publicKey: toKey('second') } } as typeof mine);
  await until(() => first.events.length > 0);
  expect(first.events).toEqual([{ t: 'intercept_ended', id, reason: 'replaced' }]);
  expect(bench.keeper.get(id)?.link.t).toBe('away');
  await bench.keeper.register(createAgent('s2', 'alice', { publicKey: toKey('second') }), createSpec('alice'));
  expect(bench.seat.rules).toEqual([`${id}@s2`]);
});

test('a second session with the key takes the intercept over', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const [first, second] = [createAgent('s1', 'alice'), createAgent('s2', 'alice')];
  await bench.keeper.register(first, createSpec('alice'));
  await bench.keeper.register(second, createSpec('alice'));
  expect(first.events).toEqual([{ t: 'intercept_ended', id, reason: 'replaced' }]);
  expect(() => bench.keeper.unregister(first, id)).toThrow(expect.objectContaining({ code: 'intercept_not_found' }));
  bench.keeper.lose(first);
  expect(bench.keeper.get(id)?.link.t).toBe('ready');
});

test('an intercept is warned of ten minutes before its end, is renewed, and expires', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice', { spec: { lifetimeSeconds: 3600 } })] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.clock.advance(50 * minuteMs);
  expect(session.events).toEqual([{ t: 'expiry_warning', id, expiresAt: new Date(startMs + hourMs) }]);
  expect(bench.keeper.renew(session, id, hourMs).expiresAt).toEqual(new Date(startMs + 110 * minuteMs));
  await until(() => bench.object(id)?.status?.expiresAt === '2030-01-01T01:50:00.000Z');
  bench.clock.advance(hourMs - 1);
  expect(session.events.map(({ t }) => t)).toEqual(['expiry_warning', 'expiry_warning']);
  bench.clock.advance(1);
  expect(session.events.at(-1)).toEqual({ t: 'intercept_ended', id, reason: 'expired' });
  expect([bench.seat.rules, bench.seat.ended]).toEqual([[], ['expired']]);
  await bench.untilGone(id);
});

test('an intercept whose owner counts a renewal in the object lives for another lifetime, and its session is told', async () => {
  const spec = { lifetimeSeconds: 3600 };
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice', { spec })] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await until(() => bench.object(id)?.status?.expiresAt === '2030-01-01T01:00:00.000Z');
  bench.clock.advance(30 * minuteMs);
  const object = bench.object(id);
  if (object === undefined) throw new Error('The object is gone.');
  bench.put({ ...object, spec: { ...object.spec, renewals: 1 } } as typeof object);
  await bench.settle(() => bench.object(id)?.status?.renewals === 1);
  const expiresAt = new Date(bench.object(id)?.status?.expiresAt ?? '');
  expect(Math.abs(expiresAt.getTime() - startMs - 90 * minuteMs)).toBeLessThan(minuteMs);
  await bench.settle(() => session.events.length > 0);
  expect(session.events).toEqual([{ t: 'intercept_renewed', id, expiresAt }]);
  bench.clock.advance(hourMs);
  expect(session.events.at(-1)).toEqual({ t: 'intercept_ended', id, reason: 'expired' });
});

test('the API server’s absence stops neither sessions nor times, and what was not said is said later', async () => {
  await using bench = await openKeeperBench({
    objects: [mine, createIntercept('orders.http.bob', 'bob', { spec: { lifetimeSeconds: 60 } })],
  });
  const [alice, bob] = [createAgent('s1', 'alice'), createAgent('s2', 'bob')];
  await bench.untilTold(id, 'SessionReady', 'False NoSession');
  bench.kube.pause();
  await bench.keeper.register(alice, createSpec('alice'));
  await bench.keeper.register(bob, createSpec('bob'));
  expect(bench.seat.rules).toEqual([`${id}@s1`, 'orders.http.bob@s2']);
  bench.clock.advance(minuteMs);
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  expect(bob.events).toEqual([{ t: 'intercept_ended', id: 'orders.http.bob', reason: 'expired' }]);
  bench.kube.resume();
  await bench.settle(() => bench.told(id, 'SessionReady') === 'True SessionReady' && bench.object('orders.http.bob') === undefined);
});

test('an intercept whose Service goes is not routed, and goes on when the Service is back', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.kube.remove(createService('orders'));
  await bench.untilTold(id, 'Accepted', 'False ServiceNotFound');
  expect([bench.seat.rules, bench.seat.ended, [...bench.keeper.wanted]]).toEqual([[], [], []]);
  bench.put(createService('orders'));
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  expect(session.events).toMatchObject([
    { t: 'intercept_changed', intercept: { id, waiting: { accepted: false, reason: 'ServiceNotFound' } } },
    { t: 'intercept_changed', intercept: { id, waiting: undefined } },
  ]);
});

test('a session that ended while it asked gets nothing', async () => {
  await using bench = await openKeeperBench();
  bench.put(mine);
  const session = createAgent('s1', 'alice');
  const asked = bench.keeper.register(session, createSpec('alice'));
  bench.keeper.lose(session);
  await expect(asked).rejects.toMatchObject({ code: 'tunnel_lost' });
  expect(bench.seat.rules).toEqual([]);
});

test('whoever makes very many objects does not keep others from hearing of theirs', async () => {
  const many = Array.from({ length: 60 }, (_, index) => createIntercept(`orders.http.many-${index}`, 'mallory'));
  await using bench = await openKeeperBench({ objects: [...many, mine], changes: { interceptsPerOwner: 2 } });
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  const patches = bench.kube.requests.filter(({ method }) => method === 'PATCH');
  expect(patches.slice(0, 3).some(({ path }) => path.includes(id))).toBe(true);
});

test('an agent that asks for very many objects which are not there has the API server asked about one after the other [manager.lookupRestMs]', async () => {
  await using bench = await openKeeperBench();
  const stranger = createAgent('s1', 'mallory');
  const asked = (): number => bench.kube.requests.filter(({ method, path }) => method === 'GET' && path.includes('/orders.http.')).length;
  const ask = async (session: AgentSession, key: string): Promise<void> => {
    await Promise.resolve(bench.keeper.register(session, createSpec(key))).catch(() => {});
  };
  const answers = Array.from({ length: 50 }, async (_, index) => ask(stranger, `none-${index}`));
  await answers[0];
  await ask(createAgent('s2', 'bob'), 'none');
  expect(asked()).toBe(2);
  bench.clock.advance(249);
  await setImmediate();
  expect(asked()).toBe(2);
  bench.clock.advance(1);
  await answers[1];
  expect(asked()).toBe(3);
  bench.put(...Array.from({ length: 50 }, (_, index) => createIntercept(`orders.http.none-${index}`, 'mallory')));
  await bench.untilTold('orders.http.none-49', 'Accepted', 'True Accepted');
  await bench.settle(() => bench.seat.rules.length === 48);
  await Promise.all(answers);
  expect(asked()).toBe(3);
});
