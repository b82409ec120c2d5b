import { takeoverLimits } from '../limits.ts';
import { InterceptError } from '@switchyard/contract';
import {
  intercepts,
  leases,
  managerName,
  originalAnnotation,
  routedServices,
  routerSelector,
  services,
  shadowLabel,
  standDownAnnotation,
  toShadowName,
} from '@switchyard/kube';
import { expect, test } from 'vitest';
import { toService } from '../../test/shop.ts';
import { Town } from '../../test/town.ts';
import { restoreService } from '../execute/restore-service.ts';
import { deleteIntercepts } from './delete-intercepts.ts';
import { releaseNamespace, type ReleaseReport, type ReleaseStep } from './release-namespace.ts';

interface Released {
  readonly report: ReleaseReport;
  readonly steps: readonly ReleaseStep[];
  readonly tookMs: number;
}

async function release(town: Town, onTick?: () => void | Promise<void>, timeoutMs = 300_000): Promise<Released> {
  const steps: ReleaseStep[] = [];
  const startMs = town.clock.now();
  const report = await town.run(
    releaseNamespace(town.deps, { timeoutMs, signal: town.signal, onStep: (step) => steps.push(step) }),
    onTick,
  );
  return { report, steps, tookMs: town.clock.now() - startMs };
}

function expectNoTrace(town: Town, ...names: readonly string[]): void {
  for (const name of names) {
    expect(town.read(name)?.spec.selector).toEqual({ app: name });
    expect(town.read(name)?.metadata.annotations?.[originalAnnotation]).toBeUndefined();
    expect(town.read(toShadowName(name))).toBeUndefined();
    expect(town.cluster.read(routedServices, name)).toBeUndefined();
  }
}

function isToldToStandDown(town: Town): boolean {
  return town.cluster.read(leases, managerName)?.metadata.annotations?.[standDownAnnotation] === 'true';
}

test('a live manager is told, does it, and is not forestalled [takeover.pollMs]', async () => {
  const town = new Town();
  await town.take('orders');
  await town.take('payments');
  town.renew('manager');
  const left = ['orders', 'payments'];
  const { report, steps } = await release(town, async () => {
    town.renew('manager');
    const next = isToldToStandDown(town) && town.clock.now() > 10_000 ? left.pop() : undefined;
    if (next !== undefined) await town.giveBack(next);
  });
  expect(report.by).toBe('manager');
  expect(report.services).toEqual([
    { service: 'orders', t: 'restored' },
    { service: 'payments', t: 'restored' },
  ]);
  expect(steps).toEqual([
    { t: 'waiting', held: 2 },
    { t: 'waiting', held: 1 },
  ]);
  expect(town.cluster.read(leases, managerName)?.spec.holderIdentity).toBe('manager');
  expectNoTrace(town, 'orders', 'payments');
});

test('without a leader it is done at once', async () => {
  const town = new Town();
  await town.take('orders');
  const { report, steps, tookMs } = await release(town);
  expect(report).toEqual({ by: 'us', services: [{ service: 'orders', t: 'restored' }] });
  expect(steps).toEqual([{ t: 'restoring', why: 'no-leader' }]);
  expect(tookMs).toBeLessThan(1_000);
  expectNoTrace(town, 'orders');
  expect(isToldToStandDown(town)).toBe(true);
});

test('a leader that died is noticed when its Lease has run out', async () => {
  const town = new Town();
  await town.take('orders');
  town.renew('manager');
  const { report, steps, tookMs } = await release(town);
  expect(report.by).toBe('us');
  expect(steps.at(-1)).toEqual({ t: 'restoring', why: 'no-leader' });
  expect(tookMs).toBeGreaterThanOrEqual(15_000);
  expect(tookMs).toBeLessThan(20_000);
  expectNoTrace(town, 'orders');
});

test('a leader that lives and does not get on loses its Lease; while a router lives, shadows stay a while longer [takeover.stallMs] [takeover.settleMs]', async () => {
  const town = new Town();
  await town.take('orders');
  town.renew('manager');
  town.setRouter('True');
  let restoredMs: number | undefined;
  const { report, steps } = await release(town, () => {
    const holder = town.cluster.read(leases, managerName)?.spec.holderIdentity;
    if (holder === 'manager') town.renew('manager');
    const isBack = town.read('orders')?.metadata.annotations?.[originalAnnotation] === undefined;
    if (isBack && restoredMs === undefined) restoredMs = town.clock.now();
    if (restoredMs !== undefined && town.clock.now() < restoredMs + 9_000) expect(town.read(toShadowName('orders'))).toBeDefined();
  });
  expect(report.by).toBe('us');
  expect(steps.at(-1)).toEqual({ t: 'restoring', why: 'stalled' });
  expect(restoredMs).toBeDefined();
  expectNoTrace(town, 'orders');
});

test('a leader that is slow is not waited for beyond the given time', async () => {
  const town = new Town();
  await town.take('orders');
  town.renew('manager');
  const { steps, tookMs } = await release(town, () => town.renew('manager'), 5_000);
  expect(steps.at(-1)).toEqual({ t: 'restoring', why: 'timed-out' });
  expect(tookMs).toBeLessThan(8_000);
});

test('a leader that gave all back and forgets the rest is cleared up after [takeover.lingerMs]', async () => {
  const town = new Town();
  await town.take('orders');
  town.renew('manager');
  let isBack = false;
  const { report, steps } = await release(town, async () => {
    town.renew('manager');
    if (isBack) return;
    isBack = true;
    await restoreService(town.deps, 'orders', town.signal);
  });
  expect(report.by).toBe('manager');
  expect(steps.at(-1)).toEqual({ t: 'lingering' });
  expectNoTrace(town, 'orders');
});

test('with nothing to give back, the managers to come are told all the same', async () => {
  const town = new Town();
  expect((await release(town)).report).toEqual({ by: 'nobody', services: [] });
  expect(isToldToStandDown(town)).toBe(true);
});

test('Services that carry our annotation are given back without our resource types', async () => {
  const town = new Town();
  await town.take('orders');
  town.cluster.remove(routedServices, 'orders');
  town.cluster.unknown.add('routedservices').add('intercepts');
  expect((await release(town)).report.services).toEqual([{ service: 'orders', t: 'restored' }]);
  expectNoTrace(town, 'orders');
  expect(await deleteIntercepts(town.deps, town.signal)).toEqual([]);
});

test('what cannot be given back is named, and keeps its record; the others are done [takeover.restoreAllMs]', async () => {
  const town = new Town();
  await town.take('orders');
  await town.take('payments');
  town.cluster.write(services, toService('lost', { selector: routerSelector }), 'somebody');
  town.cluster.write(services, toService('mine', {}, { labels: { [shadowLabel]: 'orders' } }), 'somebody');
  let writes = 0;
  town.cluster.fault = (_call, when, verb) => {
    if (when !== 'before' || verb !== 'patch services' || town.read('payments')?.metadata.annotations?.[originalAnnotation] === undefined)
      return;
    // Orders comes first; the first patches are its own.
    if (++writes > 2) throw new InterceptError('cluster_unavailable', 'No answer.');
  };
  const { report, tookMs } = await release(town);
  expect(tookMs).toBeGreaterThanOrEqual(takeoverLimits.restoreAllMs.value);
  expect(report.services.map(({ service, t }) => `${service} ${t}`)).toEqual(['lost failed', 'orders restored', 'payments failed']);
  expectNoTrace(town, 'orders');
  expect(town.read('mine')).toBeDefined();
  expect(town.read(toShadowName('payments'))).toBeDefined();
  expect(town.cluster.read(routedServices, 'payments')).toBeDefined();
  town.cluster.fault = () => {};
  const again = await release(town);
  expect(again.report.services.map(({ service, t }) => `${service} ${t}`)).toEqual(['lost failed', 'payments restored']);
  expectNoTrace(town, 'payments');
});

test('what fails for a moment is tried again', async () => {
  const town = new Town();
  await town.take('orders');
  let failures = 3;
  town.cluster.fault = (_call, when, verb) => {
    if (when === 'before' && verb === 'patch services' && failures-- > 0) throw new InterceptError('cluster_unavailable', 'No answer.');
  };
  expect((await release(town)).report.services).toEqual([{ service: 'orders', t: 'restored' }]);
  expectNoTrace(town, 'orders');
});

test('died at any call and run again, nothing is left', async () => {
  const whole = new Town();
  await whole.take('orders');
  const start = whole.cluster.calls;
  await release(whole);
  const calls = whole.cluster.calls - start;
  for (let dying = 1; dying <= calls; dying++) {
    for (const moment of ['before', 'after'] as const) {
      const town = new Town();
      const before = await town.take('orders');
      const at = town.cluster.calls + dying;
      town.cluster.fault = (call, when) => {
        if (call >= at && when === moment) throw new InterceptError('internal', 'died');
      };
      await release(town).catch(() => {});
      town.cluster.fault = () => {};
      await release(town);
      expectNoTrace(town, 'orders');
      expect(town.read('orders')?.metadata.managedFields).toEqual(before.metadata.managedFields);
    }
  }
});

test('intercepts are deleted by name, each once', async () => {
  const town = new Town();
  const spec = { service: 'orders', port: 'http', key: 'alice', owner: { user: 'alice' } };
  const intercept = { apiVersion: 'switchyard.dev/v1alpha1', kind: 'Intercept', metadata: { name: 'orders.http.alice' }, spec };
  town.cluster.write(intercepts, intercept, 'alice');
  expect(await deleteIntercepts(town.deps, town.signal)).toEqual(['orders.http.alice']);
  expect(town.cluster.read(intercepts, 'orders.http.alice')).toBeUndefined();
});
