import { parseRoutingKey } from '@switchyard/contract';
import { approvedAnnotation, type Intercept } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, openSeat, type KeeperBench } from '../../../test/keeper-bench.ts';
import { createIntercept, createManagerPod } from '../../../test/objects.ts';
import { createInterceptPolicy } from '../../../test/policies.ts';
import type { ProvenUser } from '../../auth/proven-user.ts';
import { createUserIntercepts, type UserIntercepts } from './user-intercepts.ts';

const id = 'orders.http.alice';
const alice: ProvenUser = { user: 'alice', groups: ['devs', 'system:authenticated'], expiresAt: new Date('2030-01-02T00:00:00Z') };
const hourMs = 3_600_000;

function createOwn(changes: { readonly groups?: readonly string[]; readonly lifetimeSeconds?: number } = {}): Intercept {
  const { groups = alice.groups, lifetimeSeconds = 3_600 } = changes;
  return createIntercept(id, 'alice', { spec: { owner: { user: 'alice', groups }, lifetimeSeconds } });
}

async function openUsers(bench: KeeperBench, named: ReadonlySet<string> = new Set()): Promise<UserIntercepts> {
  await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  return createUserIntercepts({ ...bench.seat, namedGroups: () => named });
}

test('an owner renews for as long as before, or for as long as told', async () => {
  await using bench = await openKeeperBench({ objects: [createOwn()] });
  const users = await openUsers(bench);
  bench.clock.advance(1_000);
  const startMs = bench.clock.date().getTime();
  expect(users.renew(alice, id, undefined).expiresAt).toEqual(new Date(startMs + hourMs));
  expect(users.renew(alice, id, 2 * hourMs).expiresAt).toEqual(new Date(startMs + 2 * hourMs));
  expect(() => users.renew({ ...alice, user: 'bob' }, id, undefined)).toThrow(/belongs to somebody else/);
});

test('who has left a group that the intercept counts on renews it no more', async () => {
  await using bench = await openKeeperBench({ objects: [createOwn()] });
  const users = await openUsers(bench);
  expect(() => users.renew({ ...alice, groups: ['system:authenticated'] }, id, undefined)).toThrow(
    'The intercept orders.http.alice counts on the group devs, which alice is not in now.',
  );
});

test('an intercept without a group of its owner that policies name by now is not renewed', async () => {
  await using bench = await openKeeperBench({ objects: [createOwn({ groups: ['system:authenticated'] })] });
  const users = await openUsers(bench, new Set(['devs', 'strangers']));
  expect(() => users.renew(alice, id, undefined)).toThrow(
    'A policy names the group devs of alice, which the intercept orders.http.alice leaves out.',
  );
});

test('how long an approved intercept lives does not change with a renewal', async () => {
  const own = createOwn();
  const approved = { ...own, metadata: { ...own.metadata, annotations: { [approvedAnnotation]: 'ada' } } };
  await using bench = await openKeeperBench({ objects: [approved] });
  const users = await openUsers(bench);
  expect(users.renew(alice, id, hourMs)).toMatchObject({ id });
  expect(() => users.renew(alice, id, hourMs + 1_000)).toThrow(/was approved, and cannot change/);
});

test('one that was made anew meanwhile stays, and the others are removed', async () => {
  const second = createIntercept('orders.http.second', 'alice', { spec: { owner: { user: 'alice' } } });
  await using bench = await openKeeperBench({ objects: [createOwn(), second] });
  const users = await openUsers(bench);
  // The manager has not seen yet that it is another one by now.
  const anew = { ...createOwn(), metadata: { ...createOwn().metadata, uid: 'another' } };
  bench.kube.remove(createOwn());
  bench.put(anew);
  await users.remove(alice, { all: true });
  await bench.untilGone('orders.http.second');
  expect(bench.object(id)?.metadata.uid).toBe('another');
});

test('one that waits for an approval is seen with what it waits for, is not renewed, and goes when its owner takes it back', async () => {
  await using bench = await openKeeperBench({ objects: [createInterceptPolicy('careful', { approval: 'Required' }), createOwn()] });
  await bench.untilTold(id, 'Accepted', 'False ApprovalPending');
  const users = createUserIntercepts({ ...bench.seat, namedGroups: () => new Set() });
  const pending = { id, waiting: { accepted: false, reason: 'ApprovalPending' } };
  expect(users.list()).toMatchObject([pending]);
  expect(bench.keeper.list()).toEqual([]);
  expect(() => users.renew(alice, id, undefined)).toThrow(/waits for an approval/);
  await expect(users.removeOne({ ...alice, user: 'bob' }, id)).rejects.toMatchObject({ code: 'not_allowed' });
  expect(await users.removeOne(alice, id)).toMatchObject(pending);
  await until(() => users.list().length === 0);
});

test('what a removal answers is all that it removes, routed by or not', async () => {
  const approvals = createInterceptPolicy('careful', { approval: 'Required' });
  await using bench = await openKeeperBench({ objects: [approvals, createOwn()] });
  await bench.untilTold(id, 'Accepted', 'False ApprovalPending');
  const users = createUserIntercepts({ ...bench.seat, namedGroups: () => new Set() });
  expect(await users.remove(alice, { all: true })).toMatchObject([{ id }]);
  await bench.untilGone(id);
});

test('one that is accepted has its place before its first session; one that is refused has none, is not renewed, and can be removed', async () => {
  const few = createInterceptPolicy('few', { interceptsPerUser: 1 });
  const second = createIntercept('orders.http.second', 'alice', { createdAt: '2030-01-01T00:00:05Z', spec: { owner: { user: 'alice' } } });
  await using bench = await openKeeperBench({ objects: [few, createOwn(), second] });
  await bench.untilTold('orders.http.second', 'Accepted', 'False QuotaReached');
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  const users = createUserIntercepts({ ...bench.seat, namedGroups: () => new Set() });
  expect(users.list()).toMatchObject([{ id, session: 'away', waiting: undefined }]);
  expect(bench.keeper.list()).toEqual([]);
  expect(() => users.renew(alice, 'orders.http.second', undefined)).toThrow(/has no live intercept/);
  expect(await users.remove(alice, { key: parseRoutingKey('second'), all: false })).toMatchObject([{ id: 'orders.http.second' }]);
  await bench.untilGone('orders.http.second');
});

test('whoever waits for an approval has a session at whatever manager it is', async () => {
  const pods = [createManagerPod('self', '10.0.0.1'), createManagerPod('other', '10.0.0.2')];
  const objects = [createInterceptPolicy('careful', { approval: 'Required' }), createOwn(), ...pods];
  await using bench = await openKeeperBench({ objects });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  await other.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  const users = createUserIntercepts({ ...bench.seat, namedGroups: () => new Set() });
  await until(() => users.list()[0]?.session === 'ready');
  expect(users.list()).toMatchObject([{ id, waiting: { reason: 'ApprovalPending' } }]);
});

test('one whose Service is missing for a moment is seen, and can be removed by its name', async () => {
  await using bench = await openKeeperBench({
    objects: [createIntercept('absent.http.alice', 'alice', { spec: { owner: { user: 'alice' } } })],
  });
  await bench.untilTold('absent.http.alice', 'Accepted', 'False ServiceNotFound');
  const users = createUserIntercepts({ ...bench.seat, namedGroups: () => new Set() });
  expect(users.list()).toMatchObject([{ id: 'absent.http.alice', waiting: { accepted: false, reason: 'ServiceNotFound' } }]);
  expect(await users.removeOne(alice, 'absent.http.alice')).toMatchObject({ id: 'absent.http.alice' });
  await bench.untilGone('absent.http.alice');
});
