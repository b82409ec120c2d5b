import { parseServiceName, silentLog } from '@switchyard/contract';
import { edgeAnnotation, openCollection, openKubeClient, services, sourceAddressAnnotation } from '@switchyard/kube';
import type { Snapshot } from '@switchyard/route';
import { createSystemClock } from '@switchyard/runtime';
import { openFakeKubernetes, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createService } from '../../../test/objects.ts';
import { RoutingPublisher } from './routing-publisher.ts';

const orders = parseServiceName('orders');

test('what a Service wants is in the next snapshot; what does not matter makes none', async () => {
  const deps = { clock: createSystemClock(), log: silentLog };
  await using kubernetes = await openFakeKubernetes();
  await using client = await openKubeClient(deps, { kubeconfig: kubernetes.kubeconfig });
  using collection = openCollection({ ...deps, client }, services);
  const put = (annotations: Readonly<Record<string, string>>): void => {
    const service = createService('orders');
    kubernetes.put({ ...service, metadata: { ...service.metadata, annotations } });
  };
  put({ [edgeAnnotation]: 'untrusted' });
  await collection.synced;
  const snapshots: Snapshot[] = [];
  using publisher = new RoutingPublisher({ services: collection, update: (snapshot) => void snapshots.push(snapshot) }, { aliases: [] });
  publisher.publish([]);
  const seen = () => snapshots.map((snapshot) => snapshot.table(orders, 'http')).map((table) => [table.untrusted, table.sourceAddress]);
  expect(seen()).toEqual([[true, 'none']]);
  put({ [edgeAnnotation]: 'untrusted', other: 'x' });
  put({ [sourceAddressAnnotation]: 'forwarded' });
  await until(() => snapshots.length > 1);
  put({ [edgeAnnotation]: 'who knows' });
  await until(() => snapshots.length > 2);
  expect(seen()).toEqual([
    [true, 'none'],
    [false, 'forwarded'],
    [true, 'none'],
  ]);
});
