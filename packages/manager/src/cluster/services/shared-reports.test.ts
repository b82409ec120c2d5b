import { silentLog, type ServiceName } from '@switchyard/contract';
import { openCollection, openKubeClient, pods, routedServices, type RouterReport } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { openFakeKubernetes, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createReadyManagerPod, createRouted } from '../../../test/objects.ts';
import type { PortsState, RouterReports } from './router-reports.ts';
import { SharedReports } from './shared-reports.ts';

const serving = { t: 'serving' } as const;

/** A namespace with two ready routers and a routed service; `seat` opens the reports of one of them. */
async function openBench() {
  await using opened = new AsyncDisposableStack();
  const kube = opened.use(await openFakeKubernetes());
  kube.put(createRouted('orders', { phase: 'Preparing' }));
  for (const [name, address] of [
    ['a', '10.0.0.1'],
    ['b', '10.0.0.2'],
  ] as const)
    kube.put(createReadyManagerPod(name, address));
  const clock = createSystemClock();
  const client = opened.use(await openKubeClient({ clock, log: silentLog }, { kubeconfig: kube.kubeconfig }));
  const deps = { clock, log: silentLog, client };
  const owned = opened.move();
  const seat = async (identity: string, leading: boolean, first: PortsState) => {
    let [state, released] = [first, false];
    let tell = (): void => {};
    const own: RouterReports = {
      stateOf: () => state,
      isReleased: () => released,
      onChange: (listener) => {
        tell = listener;
        return () => {};
      },
    };
    const collections = { routedServices: owned.use(openCollection(deps, routedServices)), pods: owned.use(openCollection(deps, pods)) };
    await Promise.all([collections.routedServices.synced, collections.pods.synced]);
    const reports = owned.use(new SharedReports({ ...deps, ...collections, own, identity, isLeading: () => leading }));
    return {
      reports,
      state: () => {
        const routed = collections.routedServices.get('orders');
        return routed && reports.stateOf(routed);
      },
      become(next: PortsState, isReleased = false) {
        [state, released] = [next, isReleased];
        tell();
      },
    };
  };
  const said = (): Readonly<Record<string, RouterReport>> => kube.get(routedServices, 'orders')?.status?.routers ?? {};
  return { kube, seat, said, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('a service is served once every ready router says so of this generation', async () => {
  await using bench = await openBench();
  const leader = await bench.seat('a', true, serving);
  expect(leader.state()).toEqual({ t: 'listening' });
  const other = await bench.seat('b', false, { t: 'opening' });
  expect(bench.said()).toEqual({});
  other.become(serving);
  await until(() => leader.state()?.t === 'serving');
  expect(bench.said()).toEqual({ b: { serving: true, observedGeneration: 1 } });
  const routed = bench.kube.get(routedServices, 'orders') ?? createRouted('orders');
  other.become({ t: 'opening' });
  bench.kube.put({
    ...routed,
    spec: { ...routed.spec, ports: [...routed.spec.ports, { name: 'grpc', port: 81, routerPort: 10_001, protocol: 'auto' }] },
  });
  await until(() => leader.state()?.t === 'listening');
});

test('a router that cannot open a port is named, and fails that service alone', async () => {
  await using bench = await openBench();
  const leader = await bench.seat('a', true, serving);
  await bench.seat('b', false, { t: 'failed', message: 'Port 10000 is taken.' });
  await until(() => leader.state()?.t === 'failed');
  expect(leader.state()).toEqual({ t: 'failed', message: 'The router b: Port 10000 is taken.' });
});

test('a service is released once no router that is left listens; entries of gone pods go', async () => {
  await using bench = await openBench();
  const leader = await bench.seat('a', true, serving);
  const other = await bench.seat('b', false, serving);
  await until(() => bench.said()['b'] !== undefined);
  leader.become({ t: 'opening' }, true);
  const orders = 'orders' as ServiceName;
  await until(() => !leader.reports.isReleased(orders));
  other.become({ t: 'opening' }, true);
  await until(() => leader.reports.isReleased(orders));
  expect(bench.said()).toEqual({});
  other.become(serving);
  await until(() => bench.said()['b'] !== undefined);
  bench.kube.remove(createReadyManagerPod('b', '10.0.0.2'));
  other.reports[Symbol.dispose]();
  await until(() => bench.said()['b'] === undefined);
  expect(leader.reports.isReleased(orders)).toBe(true);
});
