import { InterceptError } from '@switchyard/contract';
import { fieldManager, originalAnnotation, routedServices, routerSelector, services, toShadowName, type Service } from '@switchyard/kube';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeCluster } from '../../test/fake-cluster.ts';
import { planInto, toDeps, toService } from '../../test/shop.ts';
import { inspectService } from '../plan/inspect.ts';
import { toOriginal } from '../plan/original.ts';
import { ensureShadow } from './ensure-shadow.ts';
import { restoreService } from './restore-service.ts';
import { takeService, type TakeResult } from './take-service.ts';

const signal = new AbortController().signal;

function openCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.write(services, toService('orders', {}, { annotations: { note: 'kept' } }), 'helm');
  cluster.write(
    services,
    { ...read(cluster), spec: { ...read(cluster).spec, selector: { app: 'orders', track: 'stable' } } },
    'selector-owner',
  );
  return cluster;
}

function read(cluster: FakeCluster): Service {
  return cluster.read(services, 'orders') ?? expect.fail('orders is gone');
}

/** All that a reconciler does to take the Service over. */
async function take(cluster: FakeCluster): Promise<TakeResult> {
  const deps = toDeps(cluster);
  const service = read(cluster);
  const original = toOriginal(service, planInto(cluster, 'orders')) ?? expect.fail('no plan');
  await ensureShadow(deps, service, original, signal);
  return await takeService(deps, 'orders', original, signal);
}

function stateOf(cluster: FakeCluster): string {
  return inspectService(cluster.read(services, 'orders'), cluster.read(routedServices, 'orders')).t;
}

/** What may not differ. Versions count writes. */
function comparable(service: Service): object {
  return { ...service, metadata: { ...service.metadata, resourceVersion: '' } };
}

test('taken, all traffic goes to the routers; given back, the object is what it was, with its owners', async () => {
  const cluster = openCluster();
  const before = read(cluster);
  expect((await take(cluster)).t).toBe('taken');
  const { spec, metadata } = read(cluster);
  expect(spec.selector).toEqual(routerSelector);
  expect(spec.ports?.map(({ targetPort }) => targetPort)).toEqual(
    cluster.read(routedServices, 'orders')?.spec.ports.map(({ routerPort }) => routerPort),
  );
  expect(metadata.managedFields?.some(({ manager }) => manager === 'selector-owner')).toBe(false);
  expect(cluster.read(services, toShadowName('orders'))?.spec).toMatchObject({ selector: before.spec.selector, ports: before.spec.ports });
  expect(await restoreService(toDeps(cluster), 'orders', signal)).toMatchObject({ t: 'restored', changed: true });
  expect(comparable(read(cluster))).toEqual(comparable(before));
});

test('the annotation alone is enough to give a Service back', async () => {
  const cluster = openCluster();
  const before = read(cluster);
  await take(cluster);
  cluster.remove(routedServices, 'orders');
  cluster.unknown.add('routedservices');
  await restoreService(toDeps(cluster), 'orders', signal);
  expect(comparable(read(cluster))).toEqual(comparable(before));
});

test('so is the RoutedService alone', async () => {
  const cluster = openCluster();
  const before = read(cluster);
  await take(cluster);
  const { metadata } = read(cluster);
  cluster.write(services, { ...read(cluster), metadata: { ...metadata, annotations: { note: 'kept' } } }, 'somebody');
  await restoreService(toDeps(cluster), 'orders', signal);
  expect(comparable(read(cluster))).toEqual(comparable(before));
});

test('without any record nothing is touched', async () => {
  const cluster = openCluster();
  cluster.write(services, { ...read(cluster), spec: { ...read(cluster).spec, selector: routerSelector } }, 'somebody');
  const before = read(cluster);
  expect((await restoreService(toDeps(cluster), 'orders', signal)).t).toBe('stranded');
  expect(read(cluster)).toBe(before);
  expect((await restoreService(toDeps(cluster), 'payments', signal)).t).toBe('gone');
});

test('a shadow follows the selector; a Service that stands in its place is left alone', async () => {
  const cluster = openCluster();
  await take(cluster);
  cluster.write(services, { ...read(cluster), spec: { ...read(cluster).spec, selector: { app: 'new' } } }, 'somebody');
  await take(cluster);
  expect(cluster.read(services, toShadowName('orders'))?.spec.selector).toEqual({ app: 'new' });
  const other = openCluster();
  other.write(services, toService(toShadowName('orders')), 'somebody');
  await expect(take(other)).rejects.toMatchObject({ code: 'service_unsupported' });
  expect(stateOf(other)).toBe('free');
});

test('a Service that changed since its shadow was made is not taken', async () => {
  const cluster = openCluster();
  const original = toOriginal(read(cluster), planInto(cluster, 'orders')) ?? expect.fail('no plan');
  const changed = cluster.write(services, { ...read(cluster), spec: { ...read(cluster).spec, selector: { app: 'new' } } }, 'somebody');
  expect((await takeService(toDeps(cluster), 'orders', original, signal)).t).toBe('outdated');
  expect(read(cluster)).toBe(changed);
});

test('a write in between is a reason to look again, a refusal is none', async () => {
  const cluster = openCluster();
  let foreign = 3;
  cluster.fault = (_call, when, verb) => {
    if (when === 'before' && verb === 'patch services' && foreign-- > 0) {
      const labels = { foreign: String(foreign) };
      cluster.write(services, { ...read(cluster), metadata: { ...read(cluster).metadata, labels } }, 'somebody');
    }
  };
  expect((await take(cluster)).t).toBe('taken');
  expect(read(cluster).metadata.labels).toEqual({ foreign: '0' });
  let calls = 0;
  cluster.fault = (_call, when, verb) => {
    if (when === 'before' && verb === 'patch services') {
      calls++;
      throw new InterceptError('cluster_refused', 'Denied by a webhook.');
    }
  };
  await expect(restoreService(toDeps(cluster), 'orders', signal)).rejects.toMatchObject({ code: 'cluster_refused' });
  expect(calls).toBe(1);
});

test('a write between looking and giving back is not undone', async () => {
  const cluster = openCluster();
  await take(cluster);
  let isWritten = false;
  cluster.fault = (_call, when, verb) => {
    if (when !== 'before' || verb !== 'patch services' || isWritten) return;
    isWritten = true;
    const { spec } = read(cluster);
    cluster.write(
      services,
      { ...read(cluster), spec: { ...spec, selector: { app: 'new' }, ports: spec.ports?.toReversed() ?? [] } },
      'somebody',
    );
  };
  await restoreService(toDeps(cluster), 'orders', signal);
  expect(read(cluster).spec.selector).toEqual({ app: 'new' });
  expect(read(cluster).spec.ports?.map(({ name, targetPort }) => [name, targetPort])).toEqual([
    ['admin', 8081],
    ['http', 'web'],
  ]);
});

test('who never gets a word in gives up [takeover.writeAttempts]', async () => {
  const cluster = openCluster();
  cluster.fault = (call, when, verb) => {
    if (when === 'before' && verb === 'patch services') {
      cluster.write(services, { ...read(cluster), metadata: { ...read(cluster).metadata, labels: { call: String(call) } } }, 'somebody');
    }
  };
  await expect(take(cluster)).rejects.toMatchObject({ code: 'cluster_conflict' });
});

describe('whatever call it dies in, before or after it takes effect, the next attempt ends where the first would have', () => {
  /** Runs `act` once for every call that it makes, dying there, and then again; `check` looks at each end. */
  async function dieEverywhere(
    open: () => Promise<FakeCluster>,
    act: (cluster: FakeCluster) => Promise<unknown>,
    check: (cluster: FakeCluster) => void,
  ): Promise<void> {
    const whole = await open();
    const start = whole.calls;
    await act(whole);
    const calls = whole.calls - start;
    expect(calls).toBeGreaterThan(2);
    for (let dying = 1; dying <= calls; dying++) {
      for (const moment of ['before', 'after'] as const) {
        const cluster = await open();
        const at = cluster.calls + dying;
        cluster.fault = (call, when) => {
          if (call >= at && when === moment) throw new Error('died');
        };
        await expect(act(cluster)).rejects.toThrow('died');
        cluster.fault = () => {};
        await act(cluster);
        check(cluster);
      }
    }
  }

  test('taking', async () => {
    const open = async (): Promise<FakeCluster> => openCluster();
    await dieEverywhere(open, take, (cluster) => {
      expect(stateOf(cluster)).toBe('taken');
      const original = cluster.read(routedServices, 'orders')?.status?.original;
      expect(JSON.parse(read(cluster).metadata.annotations?.[originalAnnotation] ?? '')).toEqual(original);
      expect(original?.selector).toEqual({ app: 'orders', track: 'stable' });
    });
  });

  test('giving back, with and without a RoutedService', async () => {
    const expected = comparable(read(openCluster()));
    for (const isRecorded of [true, false]) {
      const open = async (): Promise<FakeCluster> => {
        const cluster = openCluster();
        await take(cluster);
        if (!isRecorded) cluster.remove(routedServices, 'orders');
        return cluster;
      };
      await dieEverywhere(
        open,
        (cluster) => restoreService(toDeps(cluster), 'orders', signal),
        (cluster) => expect(comparable(read(cluster))).toEqual(expected),
      );
    }
  });
});

/** What somebody may write, as a function of what is there. */
type Write = (service: Service) => Service;

const toSpec =
  (change: (spec: Service['spec']) => Partial<Service['spec']>): Write =>
  (service) => ({ ...service, spec: { ...service.spec, ...change(service.spec) } });

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.constantFrom('a', 'b').map((app) => toSpec(() => ({ selector: { app } }))),
  fc
    .constantFrom(9001, 'other')
    .map((targetPort) =>
      toSpec(({ ports = [] }) => ({ ports: ports.map((port, index) => (index === 0 ? { ...port, targetPort } : port)) })),
    ),
  fc
    .constantFrom(8080, 8081)
    .map((port) => toSpec(({ ports = [] }) => ({ ports: ports.map((item, index) => (index === 0 ? { ...item, port } : item)) }))),
  fc.constant(toSpec(({ ports = [] }) => ({ ports: ports.slice(0, 1) }))),
  fc.constant(
    toSpec(({ ports = [] }) => ({
      ports: ports.some(({ port }) => port === 90) ? ports : [...ports, { name: 'new', protocol: 'TCP', port: 90, targetPort: 90 }],
    })),
  ),
  fc.constantFrom('x', 'y').map((label): Write => (service) => ({ ...service, metadata: { ...service.metadata, labels: { label } } })),
  fc.constant<Write>((service) => {
    const { [originalAnnotation]: _, ...annotations } = service.metadata.annotations ?? {};
    return { ...service, metadata: { ...service.metadata, annotations } };
  }),
);
const step = fc.oneof(
  fc.record({ t: fc.constant('write' as const), write, manager: fc.constantFrom('helm', 'kubectl-edit') }),
  /** Somebody writes back what was there before, which is no change where nothing was taken. */
  fc.record({ t: fc.constantFrom('take' as const, 'restore' as const, 'undo' as const) }),
);

test('whatever others write meanwhile, a Service that is given back is as if it had never been taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const cluster = openCluster();
      const untaken = openCluster();
      for (const step of [...steps, { t: 'restore' } as const]) {
        if (step.t === 'write') for (const world of [cluster, untaken]) world.write(services, step.write(read(world)), step.manager);
        if (step.t === 'undo') cluster.write(services, { ...read(cluster), spec: read(untaken).spec }, 'kubectl-edit');
        if (step.t === 'take') expect((await take(cluster)).t).toBe('taken');
        if (step.t === 'restore') expect((await restoreService(toDeps(cluster), 'orders', signal)).t).toBe('restored');
      }
      const { spec, metadata } = read(cluster);
      expect(spec).toEqual(read(untaken).spec);
      expect(metadata.labels).toEqual(read(untaken).metadata.labels);
      expect(metadata.annotations).toEqual(read(untaken).metadata.annotations);
      expect(metadata.managedFields?.some(({ manager }) => manager === fieldManager)).toBe(false);
      if (!steps.some(({ t }) => t === 'write')) expect(comparable(read(cluster))).toEqual(comparable(read(untaken)));
    }),
    { numRuns: 300 },
  );
});
