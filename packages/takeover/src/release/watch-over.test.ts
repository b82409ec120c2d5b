import { InterceptError } from '@switchyard/contract';
import { leases, managerName, originalAnnotation, routedServices, standDownAnnotation } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { Town } from '../../test/town.ts';
import { judgeLook, mustRestore, watchOverNamespace } from './watch-over.ts';

/** Watches over `town` for `forMs`. Answers after which time each Service was given back. */
async function watch(town: Town, forMs: number, onTick: () => void = () => {}): Promise<number | undefined> {
  const stop = new AbortController();
  const startMs = town.clock.now();
  let backMs: number | undefined;
  await town.run(watchOverNamespace(town.deps, stop.signal), () => {
    onTick();
    const isBack = town.read('orders')?.metadata.annotations?.[originalAnnotation] === undefined;
    if (isBack) backMs ??= town.clock.now() - startMs;
    if (town.clock.now() - startMs >= forMs) stop.abort();
  });
  expect(town.clock.pending).toBe(0);
  return backMs;
}

test('a namespace is dead while Services lead to routers of which none is Ready', () => {
  expect(judgeLook(undefined, { readyRouters: 0, held: 2 }, 7)).toBe(7);
  expect(judgeLook(7, { readyRouters: 0, held: 1 }, 9)).toBe(7);
  expect(judgeLook(7, { readyRouters: 1, held: 1 }, 9)).toBeUndefined();
  expect(judgeLook(7, { readyRouters: 0, held: 0 }, 9)).toBeUndefined();
  expect(mustRestore(undefined, 1e9)).toBe(false);
  expect(mustRestore(7, 120_006)).toBe(false);
  expect(mustRestore(7, 120_007)).toBe(true);
});

test('without a Ready router, Services are their owners’ within 180 s, and a manager may begin anew [takeover.routersAbsentMs] [takeover.watchEveryMs]', async () => {
  const town = new Town();
  await town.take('orders');
  town.setRouter('False');
  town.renew('manager');
  const backMs = await watch(town, 200_000);
  expect(backMs).toBeGreaterThanOrEqual(120_000);
  expect(backMs).toBeLessThan(180_000);
  expect(town.cluster.read(routedServices, 'orders')).toBeUndefined();
  const lease = town.cluster.read(leases, managerName);
  expect(lease?.spec.holderIdentity).toBe('');
  expect(lease?.metadata.annotations?.[standDownAnnotation]).toBeUndefined();
});

test('with a Ready router nothing is touched; one that comes back in time begins the count anew', async () => {
  const town = new Town();
  await town.take('orders');
  town.setRouter('True');
  const startMs = town.clock.now();
  const backMs = await watch(town, 400_000, () => {
    const ms = town.clock.now() - startMs;
    if (ms === 60_000) town.setRouter('False');
    if (ms === 170_000) town.setRouter('True');
    if (ms === 200_000) town.setRouter('False');
  });
  expect(backMs).toBeGreaterThanOrEqual(320_000);
});

test('an API server that cannot be asked proves nothing, and is no excuse', async () => {
  const town = new Town();
  await town.take('orders');
  let isAway = true;
  town.cluster.fault = () => {
    if (isAway) throw new InterceptError('cluster_unavailable', 'No answer.');
  };
  const startMs = town.clock.now();
  const backMs = await watch(town, 400_000, () => {
    const ms = town.clock.now() - startMs;
    isAway = ms < 150_000 || (ms > 200_000 && ms < 300_000);
  });
  expect(backMs).toBeGreaterThanOrEqual(300_000);
  expect(backMs).toBeLessThan(306_000);
});

test('a restore that fails is tried again', async () => {
  const town = new Town();
  await town.take('orders');
  let failures = 2;
  town.cluster.fault = (_call, when, verb) => {
    if (when === 'before' && verb === 'get leases' && failures-- > 0) throw new InterceptError('cluster_unavailable', 'No answer.');
  };
  expect(await watch(town, 200_000)).toBeLessThan(180_000);
});
