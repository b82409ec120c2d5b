import { InterceptError, silentLog } from '@switchyard/contract';
import { kubeEvents, openKubeClient, type KubeEvent, type KubeObject } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openFakeKubernetes, until, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createService } from '../../../test/objects.ts';
import { auditLimits } from '../../limits.ts';
import { EventWriter } from './event-writer.ts';
import type { KubeNews } from './kube-news.ts';

interface Bench {
  readonly kube: FakeKubernetes;
  readonly clock: FakeClock;
  readonly writer: EventWriter;
  events(): readonly KubeEvent[];
}

async function openBench(): Promise<Bench> {
  const clock = createFakeClock();
  const kube = await openFakeKubernetes({ date: () => clock.date() });
  const client = await openKubeClient({ clock: createSystemClock(), log: silentLog }, { kubeconfig: kube.kubeconfig });
  const writer = new EventWriter({ clock, log: silentLog, client, manager: 'pod-1' });
  onTestFinished(async () => {
    writer[Symbol.dispose]();
    await client[Symbol.asyncDispose]();
    await kube[Symbol.asyncDispose]();
  });
  return { kube, clock, writer, events: () => kube.list(kubeEvents) };
}

const service = { ...createService('orders'), metadata: { name: 'orders', uid: 'uid-1' } };
const news: KubeNews = { type: 'Normal', reason: 'TakenOver', note: 'x'.repeat(5_000) };

test('an Event is about the object, and no longer than the API server takes', async () => {
  const { writer, events, kube, clock } = await openBench();
  writer.tell(service, news);
  await until(() => events().length === 1);
  expect(events()[0]).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    regarding: { apiVersion: 'v1', kind: 'Service', name: 'orders', uid: 'uid-1' },
    type: 'Normal',
    reason: 'TakenOver',
    note: 'x'.repeat(1_000),
    eventTime: clock.date().toISOString().replace('Z', '000Z'),
    reportingInstance: 'pod-1',
  });
  expect(kube.list(kubeEvents)[0]?.metadata.name).toMatch(/^orders\.[0-9a-f]{16}$/);
});

test('the same word about the same object comes once a minute [manager.eventRestMs]', async () => {
  const { writer, events, clock } = await openBench();
  writer.tell(service, news);
  clock.advance(auditLimits.eventRestMs.value - 1);
  writer.tell(service, news);
  writer.tell(service, { ...news, reason: 'GivenBack' });
  await until(() => events().length === 2);
  clock.advance(1);
  writer.tell(service, news);
  await until(() => events().length === 3);
  expect(
    events()
      .map(({ reason }) => reason)
      .toSorted(),
  ).toEqual(['GivenBack', 'TakenOver', 'TakenOver']);
});

/** A client that notes what is created; `fails` says of which it throws. */
function createNotingClient(fails: (name: string) => boolean = () => false) {
  const created: string[] = [];
  const create = async <T extends KubeObject>(_type: unknown, object: T): Promise<T> => {
    const name = object.metadata.name.split('.')[0] ?? '';
    created.push(name);
    if (fails(name)) throw new InterceptError('not_allowed', 'No.');
    return object;
  };
  return { created, client: { create, namespace: 'dev' } };
}

test('what finds too many waiting is left out, and failures end nothing [manager.eventsWaiting]', async () => {
  const { created, client } = createNotingClient((name) => name === 'service-0');
  using writer = new EventWriter({ clock: createFakeClock(), log: silentLog, client, manager: 'pod-1' });
  const most = auditLimits.eventsWaiting.value;
  // One is under way, and so many wait.
  for (let index = 0; index < most + 5; index++) writer.tell({ ...service, metadata: { name: `service-${index}` } }, news);
  await new Promise(setImmediate);
  expect(created).toEqual(Array.from({ length: most + 1 }, (_, index) => `service-${index}`));
});

test('of very many objects the one that was told of first may be told of again [manager.eventsRemembered]', async () => {
  const { created, client } = createNotingClient();
  using writer = new EventWriter({ clock: createFakeClock(), log: silentLog, client, manager: 'pod-1' });
  const tell = async (index: number): Promise<void> => {
    writer.tell({ ...service, metadata: { name: `service-${index}` } }, news);
    if (index % auditLimits.eventsWaiting.value === 0) await new Promise(setImmediate);
  };
  const most = auditLimits.eventsRemembered.value;
  for (let index = 0; index < most; index++) await tell(index);
  await tell(0);
  expect(created).toHaveLength(most);
  await tell(most);
  await tell(0);
  expect(created).toHaveLength(most + 2);
});
