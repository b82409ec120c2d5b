import { isDeepStrictEqual } from 'node:util';
import { originalAnnotation } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { openTestCluster } from '../../../test/cluster.ts';
import { createCondition, createRouted, startDate } from '../../../test/objects.ts';
import { isRouted, isTaken, reasonOf, shadow, toWish, wish } from '../../../test/takeover-view.ts';
import { keepAfterDrift } from './drift.ts';
import type { RoutedObservation } from './observation.ts';

test.concurrent('a selector that was given back is taken again after a while, three times; then the hands are off [manager.retakeMs] [manager.retakes] [manager.retakeWindowMs]', async () => {
  await using cluster = await openTestCluster();
  await using _ = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const revert = (): void => cluster.write((service) => ({ ...service, spec: { ...service.spec, selector: { app: 'orders' } } }));
  for (let retake = 1; retake <= 3; retake++) {
    revert();
    await cluster.until(() => reasonOf(cluster) === 'Drifted');
    await cluster.pass(28_000);
    expect(isTaken(cluster)).toBe(false);
    await cluster.pass(4_000);
    await cluster.until(() => isRouted(cluster));
    expect(cluster.routed()?.status?.retakes).toHaveLength(retake);
  }
  revert();
  await cluster.until(() => reasonOf(cluster) === 'Contested');
  // Whole, and the owner's: its ports too.
  await cluster.until(() => cluster.service()?.metadata.annotations?.[originalAnnotation] === undefined);
  expect(toWish(cluster.service())).toEqual(wish);
  await cluster.pass(460_000);
  expect(isTaken(cluster)).toBe(false);
  await cluster.pass(80_000);
  await cluster.until(() => isRouted(cluster));
}, 60_000);

test.concurrent('another selector goes to the shadow first', async () => {
  await using cluster = await openTestCluster();
  await using _ = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  cluster.write((service) => ({ ...service, spec: { ...service.spec, selector: { app: 'orders-v2' } } }));
  await cluster.until(() => cluster.service(shadow)?.spec.selector?.['app'] === 'orders-v2');
  expect(isTaken(cluster)).toBe(false);
  await cluster.pass(32_000);
  await cluster.until(() => isRouted(cluster));
  expect(cluster.routed()?.status?.original?.selector).toEqual({ app: 'orders-v2' });
  expect(cluster.service()?.metadata.annotations?.[originalAnnotation]).toContain('orders-v2');
});

test.concurrent('ports that its owner changes, and a lost annotation, are put right at once', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  cluster.write((service) => ({
    ...service,
    spec: {
      ...service.spec,
      ports: [
        { name: 'http', port: 80, targetPort: 'http-v2' },
        { name: 'metrics', port: 82, targetPort: 9191 },
      ],
    },
  }));
  const toPorts = () => cluster.routed()?.spec.ports.map(({ routerPort }) => routerPort);
  const toTargets = () => cluster.service()?.spec.ports?.map(({ targetPort }) => targetPort);
  await cluster.until(() => toPorts()?.length === 2 && isDeepStrictEqual(toPorts(), toTargets()));
  expect(cluster.routed()?.spec.ports.map(({ name }) => name)).toEqual(['http', 'metrics']);
  expect(cluster.service(shadow)?.spec.ports).toMatchObject([{ targetPort: 'http-v2' }, { port: 82, targetPort: 9191 }]);
  expect(manager.router.notes).toContain('release admin');

  cluster.write((service) => ({ ...service, metadata: { ...service.metadata, annotations: {} } }));
  await cluster.until(() => isRouted(cluster));
  manager.set({ wanted: [] });
  const given = { selector: { app: 'orders' }, targets: ['http-v2', 9191] };
  await cluster.until(() =>
    isDeepStrictEqual(toWish(cluster.service()), { ...given, annotations: cluster.service()?.metadata.annotations }),
  );
});

test.concurrent('a renamed port is routed on, and callers come meanwhile to where the old one ends', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  cluster.write((service) => ({
    ...service,
    spec: { ...service.spec, ports: service.spec.ports?.map((port) => (port.port === 80 ? { ...port, name: 'web' } : port)) ?? [] },
  }));
  const toListens = () => manager.router.notes.filter((note) => note.startsWith('listen '));
  await cluster.until(() => toListens().length === 3);
  const toPorts = () => cluster.routed()?.spec.ports.map(({ routerPort }) => routerPort);
  const toTargets = () => cluster.service()?.spec.ports?.map(({ targetPort }) => targetPort);
  await cluster.until(() => isDeepStrictEqual(toTargets(), toPorts()) && isRouted(cluster));
  expect(cluster.routed()?.spec.ports.map(({ name }) => name)).toEqual(['web', 'admin']);
  expect(toListens()[2]).toBe(`listen ${toPorts()?.[0]}`);
  expect(cluster.routed()?.status?.original?.ports).toMatchObject([{ targetPort: 'web' }, { targetPort: 9090 }]);
  expect(manager.router.notes).toContain('release http');
});

test.concurrent('a client-side apply, which leaves labels of both sides, is put right at once', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const apply = (app: string): void =>
    cluster.write((service) => ({
      ...service,
      spec: {
        ...service.spec,
        selector: { ...service.spec.selector, app },
        ports: service.spec.ports?.with(0, { name: 'http', port: 80, targetPort: 'web' }) ?? [],
      },
    }));
  apply('orders');
  await cluster.until(() => isRouted(cluster) && cluster.routed()?.status?.retakes?.length === 1);
  expect(cluster.routed()?.status?.original?.selector).toEqual({ app: 'orders' });
  apply('orders-v2');
  await cluster.until(() => isRouted(cluster) && cluster.routed()?.status?.retakes?.length === 2);
  expect(cluster.service(shadow)?.spec.selector).toEqual({ app: 'orders-v2' });
  manager.set({ wanted: [] });
  await cluster.until(() => isDeepStrictEqual(toWish(cluster.service()), { ...(wish as object), selector: { app: 'orders-v2' } }));
});

test.concurrent("two who undo each other do not run hot: after three times the Service is its owner's, as a whole", async () => {
  await using cluster = await openTestCluster();
  await using _ = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const { refuse } = cluster.kubernetes;
  const undo = (): void =>
    cluster.write((service) => ({
      ...service,
      spec: { ...service.spec, ports: service.spec.ports?.map((port) => ({ ...port, targetPort: port.port === 80 ? 'web' : 9090 })) ?? [] },
    }));
  cluster.kubernetes.refuse = (request) => {
    if (request.method === 'PATCH' && request.path.endsWith('/services/orders')) setImmediate(undo);
    return refuse(request);
  };
  undo();
  await cluster.pass(30_000);
  await cluster.until(() => reasonOf(cluster) === 'Contested');
  await cluster.until(() => isDeepStrictEqual(toWish(cluster.service()), wish));
  const writes = cluster.events.length;
  await cluster.pass(120_000);
  expect(cluster.events).toHaveLength(writes);
});

test('times that a wrong clock wrote are neither waited for nor counted', () => {
  const now = new Date(startDate);
  const toCome = '2030-01-01T01:00:00Z';
  const observe = (at: string): RoutedObservation =>
    ({
      now,
      plan: { pointsHere: false, isGivenBack: true },
      routed: createRouted('orders', {
        retakes: [at, at, at],
        conditions: [createCondition('Ready', 'False', 'Drifted', 'Somebody else changed the Service; it is taken over again soon.', at)],
      }),
    }) as unknown as RoutedObservation;
  expect(keepAfterDrift(observe(toCome))).toBeUndefined();
  expect(keepAfterDrift(observe(startDate))).toMatchObject({ t: 'write-status' });
});
