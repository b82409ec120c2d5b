import { isDeepStrictEqual } from 'node:util';
import { endpointSlices, warmAnnotation } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { openTestCluster } from '../../../test/cluster.ts';
import { createManagerPod, createReadyManagerPod } from '../../../test/objects.ts';
import { isRouted, isTaken, reasonOf, shadow, toWish, wish } from '../../../test/takeover-view.ts';

test.concurrent('a Service is switched only when the ports are open and its shadow has the same endpoints [manager.switchLagMs]', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const ports = cluster.routed()?.spec.ports.map(({ routerPort }) => routerPort) ?? [];
  const at = (event: string): number => cluster.events.indexOf(event);
  const order = ['POST routedservices', `listen ${ports[0]}`, `listen ${ports[1]}`, 'POST services', 'PATCH services/orders'];
  expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
  expect(order.map(at)).not.toContain(-1);
  expect(at('baseline http 10.96.0.2:80')).toBeLessThan(at('PATCH services/orders'));
  expect(cluster.events.filter((event) => event === 'PATCH services/orders')).toHaveLength(1);
  expect(cluster.service()?.spec.ports?.map(({ targetPort }) => targetPort)).toEqual(ports);
  expect(cluster.service(shadow)).toMatchObject({
    spec: { selector: { app: 'orders' }, ports: [{ targetPort: 'web' }, { targetPort: 9090 }] },
  });
  expect(cluster.routed()?.status).toMatchObject({
    phase: 'Routed',
    // From then on no node sends new connections to the pods.
    routedSince: new Date(cluster.clock.date().getTime() + 1_000).toISOString(),
    original: { selector: { app: 'orders' } },
  });
  expect(manager.ports.unopened).toBeUndefined();
});

test.concurrent('without the same endpoints a Service is left as it is', async () => {
  await using cluster = await openTestCluster();
  await using _ = await cluster.openManager();
  // Nobody makes the shadow's slices: only `cluster.until` does.
  await until(() => reasonOf(cluster) === 'WaitingForEndpoints');
  expect(cluster.kubernetes.list(endpointSlices)).toHaveLength(1);
  expect(toWish(cluster.service())).toEqual(wish);
  await cluster.until(() => isRouted(cluster));
});

test.concurrent('while no router is ready, callers are not led to the routers', async () => {
  await using cluster = await openTestCluster();
  const ready = createReadyManagerPod('manager', '10.0.0.9');
  const starting = createManagerPod('manager', '10.0.0.9');
  cluster.kubernetes.put({ ...ready, metadata: { ...ready.metadata, deletionTimestamp: '2030-01-01T00:00:00Z' } });
  await using _ = await cluster.openManager();
  await cluster.until(() => reasonOf(cluster) === 'WaitingForRouters' && cluster.events.includes('baseline http 10.96.0.2:80'));
  cluster.kubernetes.put(starting);
  await cluster.pass(10_000);
  expect(toWish(cluster.service())).toEqual(wish);
  cluster.kubernetes.put(ready);
  await cluster.until(() => isRouted(cluster));
  // Where they are led already, nothing is better than what stands.
  cluster.kubernetes.put(starting);
  await cluster.pass(10_000);
  expect(isRouted(cluster)).toBe(true);
});

test.concurrent('a port that cannot be opened fails its service, and is tried again [manager.bindRetryMs]', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager({ wanted: [] });
  for (let port = 10_000; port < 30_000; port++) manager.router.refused.add(port);
  manager.set({ wanted: ['orders'] });
  await cluster.until(() => reasonOf(cluster) === 'PortUnavailable');
  expect(toWish(cluster.service())).toEqual(wish);
  manager.router.refused.clear();
  await cluster.pass(4_000);
  expect(manager.router.notes).toEqual([]);
  await cluster.pass(1_000);
  await cluster.until(() => isRouted(cluster));
});

test.concurrent('a Service that nobody wants any more is given back at once; its shadow lives until the connections are over', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  manager.set({ wanted: [] });
  await cluster.until(() => !isTaken(cluster) && manager.router.notes.includes('release http'));
  // The record goes with a second write, when everything else is back.
  await cluster.until(() => isDeepStrictEqual(toWish(cluster.service()), wish));
  expect(cluster.routed()?.status?.phase).toBe('Restoring');
  expect(cluster.service(shadow)).toBeDefined();
  manager.router.endReleases();
  await cluster.until(() => cluster.service(shadow) === undefined);
  await cluster.pass(1_000);
  await cluster.until(() => cluster.routed() === undefined);
});

test.concurrent('wanted again while connections come to their end, it is taken over again', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const ports = cluster.routed()?.spec.ports;
  manager.set({ wanted: [] });
  await cluster.until(() => manager.router.notes.includes('release http'));
  manager.set({ wanted: ['orders'] });
  await cluster.until(() => isRouted(cluster));
  expect(cluster.routed()?.spec.ports).toEqual(ports);
});

test.concurrent('a manager that died at any write is followed by one that brings it to the end', async () => {
  await using trial = await openTestCluster();
  {
    await using _ = await trial.openManager();
    await trial.until(() => isRouted(trial));
  }
  const writes = trial.events.filter((event) => /^[A-Z]/.test(event)).length;
  expect(writes).toBeGreaterThan(4);
  for (let lived = 0; lived <= writes; lived++) {
    await using cluster = await openTestCluster();
    {
      let left = lived;
      const { refuse } = cluster.kubernetes;
      // The write arrives, but its answer does not: the next one does not even arrive.
      cluster.kubernetes.refuse = (request) => (request.method === 'GET' || left-- > 0 ? refuse(request) : 'silence');
      await using _ = await cluster.openManager();
      await cluster.until(() => left <= 0 || isRouted(cluster));
      cluster.kubernetes.refuse = refuse;
    }
    await using next = await cluster.openManager();
    await cluster.until(() => isRouted(cluster), `a takeover after ${lived} writes`);
    next.set({ wanted: [] });
    await cluster.until(() => isDeepStrictEqual(toWish(cluster.service()), wish), `a Service that is given back after ${lived} writes`);
  }
}, 60_000);

test.concurrent('a manager that died at any write of giving back is followed by one that ends it', async () => {
  for (let lived = 0; lived <= 5; lived++) {
    await using cluster = await openTestCluster();
    {
      await using manager = await cluster.openManager();
      await cluster.until(() => isRouted(cluster));
      let left = lived;
      const { refuse } = cluster.kubernetes;
      cluster.kubernetes.refuse = (request) => (request.method === 'GET' || left-- > 0 ? refuse(request) : 'silence');
      manager.set({ wanted: [] });
      await cluster.until(() => manager.router.notes.includes('release http') || left < 0);
      manager.router.endReleases();
      await cluster.until(() => left < 0 || cluster.service(shadow) === undefined);
      cluster.kubernetes.refuse = refuse;
    }
    await using next = await cluster.openManager({ wanted: [] });
    await cluster.until(() => isDeepStrictEqual(toWish(cluster.service()), wish), `a Service that is given back, after ${lived} writes`);
    const isGone = (): boolean => {
      next.router.endReleases();
      return cluster.service(shadow) === undefined;
    };
    await cluster.until(isGone, `no shadow, after ${lived} writes`);
    await cluster.pass(1_000);
    await cluster.until(() => cluster.routed() === undefined, `no RoutedService, after ${lived} writes`);
  }
}, 60_000);

test.concurrent('of a Service that was deleted nothing is left', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const service = cluster.service();
  if (service !== undefined) cluster.kubernetes.remove(service);
  await cluster.until(() => cluster.service(shadow) === undefined);
  await cluster.pass(1_000);
  await cluster.until(() => cluster.routed() === undefined);
  await cluster.until(() => manager.router.notes.includes('release http'));
});

test.concurrent('a RoutedService that somebody deletes comes back, and the ports stay open', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  const before = cluster.routed();
  if (before !== undefined) cluster.kubernetes.remove(before);
  await cluster.until(() => isRouted(cluster) && cluster.routed()?.metadata.uid !== before?.metadata.uid);
  expect(cluster.routed()?.spec.ports).toEqual(before?.spec.ports);
  expect(manager.router.notes).not.toContain('release http');
});

test.concurrent('a shadow without its RoutedService is garbage', async () => {
  await using cluster = await openTestCluster();
  {
    await using _ = await cluster.openManager();
    await cluster.until(() => isRouted(cluster));
  }
  const [service, routed] = [cluster.service(), cluster.routed()];
  if (service !== undefined && routed !== undefined) {
    cluster.kubernetes.remove(service);
    cluster.kubernetes.remove(routed);
  }
  await using _ = await cluster.openManager({ wanted: [] });
  await cluster.until(() => cluster.service(shadow) === undefined);
});

test.concurrent('a Service with the annotation is kept taken over while nobody intercepts it', async () => {
  await using cluster = await openTestCluster();
  await using _ = await cluster.openManager({ wanted: [] });
  cluster.write((service) => ({ ...service, metadata: { ...service.metadata, annotations: { [warmAnnotation]: 'true' } } }));
  await cluster.until(() => isRouted(cluster));
  expect(cluster.routed()?.spec.warm).toBe(true);
  cluster.write((service) => {
    const { [warmAnnotation]: _warm, ...annotations } = service.metadata.annotations ?? {};
    return { ...service, metadata: { ...service.metadata, annotations } };
  });
  await cluster.until(() => !isTaken(cluster));
});

test.concurrent('told to stand down, the leader gives everything back and takes nothing', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  manager.set({ standDown: true });
  await cluster.until(() => !isTaken(cluster) && manager.router.notes.includes('release http'));
  manager.router.endReleases();
  await cluster.until(() => cluster.service(shadow) === undefined);
  await cluster.pass(2_000);
  expect(toWish(cluster.service())).toEqual(wish);
  expect(cluster.routed()).toBeUndefined();
});

test.concurrent('only the leader writes; the other one opens the ports too', async () => {
  await using cluster = await openTestCluster();
  await using follower = await cluster.openManager({ leading: false });
  expect(cluster.events).toEqual([]);
  await using leader = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  await cluster.until(() => follower.router.notes.length >= leader.router.notes.length);
  leader.set({ leading: false });
  const writes = cluster.events.filter((event) => /^[A-Z]/.test(event)).length;
  cluster.write((service) => ({ ...service, spec: { ...service.spec, selector: { app: 'orders' } } }));
  await cluster.pass(40_000);
  expect(cluster.events.filter((event) => /^[A-Z]/.test(event))).toHaveLength(writes);
  follower.set({ leading: true });
  await cluster.pass(32_000);
  await cluster.until(() => isRouted(cluster));
});

test.concurrent('while the API server is away nothing is lost, and nothing runs hot', async () => {
  await using cluster = await openTestCluster();
  await using manager = await cluster.openManager();
  await cluster.until(() => isRouted(cluster));
  cluster.kubernetes.pause();
  manager.set({ wanted: [] });
  await cluster.pass(60_000);
  expect(manager.router.notes).not.toContain('release http');
  cluster.kubernetes.resume();
  await cluster.pass(60_000);
  await cluster.until(() => !isTaken(cluster));
});

test.concurrent('a write that is refused is said on the object, and tried again ever more rarely', async () => {
  await using cluster = await openTestCluster();
  const { refuse } = cluster.kubernetes;
  cluster.kubernetes.refuse = (request) =>
    request.method === 'PATCH' && request.path.endsWith('/services/orders')
      ? (refuse(request), { status: 403, message: 'no' })
      : refuse(request);
  await using _ = await cluster.openManager();
  await cluster.until(() => reasonOf(cluster) === 'Failing');
  await cluster.pass(60_000);
  expect(cluster.events.filter((event) => event === 'PATCH services/orders').length).toBeLessThan(20);
  cluster.kubernetes.refuse = refuse;
  await cluster.pass(31_000);
  await cluster.until(() => isRouted(cluster));
});
