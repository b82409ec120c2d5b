import { leases, managerName, standDownAnnotation, type Lease } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { FakeCluster } from '../../test/fake-cluster.ts';
import { toDeps } from '../../test/shop.ts';
import { LeaderWatch, releaseLease, seizeLease, standDown } from './lease.ts';

const signal = new AbortController().signal;

function toLease(spec: Lease['spec']): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: managerName, uid: 'u' }, spec };
}

test('nobody leads without a Lease, or with one that has no holder', () => {
  const watch = new LeaderWatch();
  expect(watch.isLed(undefined, 0)).toBe(false);
  expect(watch.isLed(toLease({}), 0)).toBe(false);
  expect(watch.isLed(toLease({ holderIdentity: '' }), 0)).toBe(false);
});

test('a leader that does not renew for the duration of its Lease is dead, whatever the clocks say', () => {
  const watch = new LeaderWatch();
  const lease = toLease({ holderIdentity: 'a', leaseDurationSeconds: 20, renewTime: '1970-01-01T00:00:00.000000Z' });
  expect(watch.isLed(lease, 1_000)).toBe(true);
  expect(watch.isLed(lease, 20_999)).toBe(true);
  expect(watch.isLed(lease, 21_000)).toBe(false);
  const renewed = toLease({ ...lease.spec, renewTime: '1970-01-01T00:00:01.000000Z' });
  expect(watch.isLed(renewed, 21_000)).toBe(true);
  expect(watch.isLed(renewed, 40_999)).toBe(true);
  expect(watch.isLed(renewed, 41_000)).toBe(false);
});

test('standing down is said to who leads, and to who will', async () => {
  const cluster = new FakeCluster();
  await standDown(toDeps(cluster), signal);
  cluster.write(leases, toLease({ holderIdentity: 'a' }), 'manager');
  const lease = await standDown(toDeps(cluster), signal);
  expect(lease.spec.holderIdentity).toBe('a');
  expect(lease.metadata.annotations?.[standDownAnnotation]).toBe('true');
});

test('a seized Lease names us until we let go, and a later leader is not disturbed [takeover.leaseMs]', async () => {
  const cluster = new FakeCluster();
  cluster.write(leases, toLease({ holderIdentity: 'a', leaseTransitions: 3 }), 'manager');
  await seizeLease(toDeps(cluster), 'us', signal);
  const { spec } = cluster.read(leases, managerName) ?? expect.fail('no Lease');
  expect(spec).toMatchObject({ holderIdentity: 'us', leaseTransitions: 4, leaseDurationSeconds: 120 });
  expect(spec.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  await releaseLease(toDeps(cluster), 'somebody', signal);
  expect(cluster.read(leases, managerName)?.spec.holderIdentity).toBe('us');
  await releaseLease(toDeps(cluster), 'us', signal);
  expect(cluster.read(leases, managerName)?.spec.holderIdentity).toBe('');
});

test('without a Lease there is nothing to seize', async () => {
  const cluster = new FakeCluster();
  await seizeLease(toDeps(cluster), 'us', signal);
  expect(cluster.read(leases, managerName)).toBeUndefined();
});
