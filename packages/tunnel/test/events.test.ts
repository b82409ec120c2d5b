import { InterceptError, type ManagerEvent } from '@switchyard/contract';
import { createFakeClock, until, type FakeClock } from '@switchyard/testkit';
import { encodeEventRequest, parseEvent } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { streamEvents } from '../src/event-stream.ts';
import { createAccess, openManagerClient, type CarrierName, type EventFilter, type ManagerApi, type ManagerClient } from '../src/index.ts';
import { openManager, type TestManager } from './manager.ts';

function createEvent(id: number): ManagerEvent {
  return { id: `life-${id}`, at: new Date(id), type: 'session_opened', owner: 'alice', message: `Event ${id}.` };
}

/** A manager whose events the test makes, and a client of it. */
interface Scene extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly manager: TestManager;
  readonly client: ManagerClient;
  readonly asked: readonly EventFilter[];
  /** Undefined while nobody follows. */
  readonly send: ((event: ManagerEvent) => void) | undefined;
  /** Whoever follows may not do so any more. */
  readonly end: (error: InterceptError) => void;
}

async function openScene(carrier: CarrierName): Promise<Scene> {
  const clock = createFakeClock();
  const asked: EventFilter[] = [];
  let send: ((event: ManagerEvent) => void) | undefined;
  let end: ((error: InterceptError) => void) | undefined;
  const manager = await openManager({
    clock,
    api: {
      async listEvents(caller, filter) {
        if (caller.token === 'wrong') throw new InterceptError('not_signed_in', 'The token is wrong.');
        asked.push(filter);
        return [createEvent(1), createEvent(2)];
      },
      async followEvents(_caller, filter, onEvent, onOver) {
        asked.push(filter);
        onEvent(createEvent(1));
        send = onEvent;
        end = onOver;
        return () => void (send = undefined);
      },
    },
  });
  const client = openManagerClient({ url: manager.url, owner: 'alice', token: undefined, clock, access: createAccess({ carrier }) });
  return {
    clock,
    manager,
    client,
    asked,
    get send() {
      return send;
    },
    end: (error) => end?.(error),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await manager[Symbol.asyncDispose]();
    },
  };
}

const forever = new AbortController().signal;
const carriers: readonly CarrierName[] = ['grpc', 'websocket'];

test.each(carriers)('%s: the recent events come in order, and then the stream ends', async (carrier) => {
  await using scene = await openScene(carrier);
  const events: ManagerEvent[] = [];
  await scene.client.watchEvents({ all: true, after: 'life-0', follow: false }, (event) => void events.push(event), forever);
  expect(events).toEqual([createEvent(1), createEvent(2)]);
  expect(scene.asked).toEqual([{ all: true, after: 'life-0' }]);
});

test.each(carriers)('%s: who follows gets each event as it comes, past the deadline of commands, until they go', async (carrier) => {
  await using scene = await openScene(carrier);
  const events: ManagerEvent[] = [];
  const stop = new AbortController();
  const watching = scene.client.watchEvents(
    { all: false, after: undefined, follow: true },
    (event) => void events.push(event),
    stop.signal,
  );
  await until(() => scene.send !== undefined && events.length === 1);
  for (let beat = 0; beat < 6; beat++) {
    const pending = scene.clock.pending;
    scene.clock.advance(10_000);
    await until(() => scene.clock.pending === pending);
    scene.send?.(createEvent(beat + 2));
    await until(() => events.length === beat + 2);
  }
  expect(events.map(({ id }) => id)).toEqual(['life-1', 'life-2', 'life-3', 'life-4', 'life-5', 'life-6', 'life-7']);
  stop.abort(new InterceptError('canceled', 'Enough.'));
  await expect(watching).rejects.toMatchObject({ code: 'canceled' });
  await until(() => scene.send === undefined);
});

test.each(carriers)('%s: a failure says what the manager says', async (carrier) => {
  await using scene = await openScene(carrier);
  await using client = openManagerClient({
    url: scene.manager.url,
    owner: 'alice',
    token: 'wrong',
    clock: scene.clock,
    access: createAccess({ carrier }),
  });
  await expect(client.watchEvents({ all: false, after: undefined, follow: false }, () => {}, forever)).rejects.toMatchObject({
    code: 'not_signed_in',
  });
});

test.each(carriers)('%s: who may not read any more is told, and gets no signs of life for ever', async (carrier) => {
  await using scene = await openScene(carrier);
  const watching = scene.client.watchEvents({ all: false, after: undefined, follow: true }, () => {}, forever);
  await until(() => scene.send);
  scene.end(new InterceptError('not_allowed', 'No more.'));
  // An answer of HTTP/1.1 that has begun can only break.
  await expect(watching).rejects.toMatchObject({ code: carrier === 'grpc' ? 'not_allowed' : 'manager_unreachable' });
  await until(() => scene.send === undefined);
});

test.each(carriers)('%s: a manager that falls silent is given up [tunnel.eventBeatMs]', async (carrier) => {
  const clock = createFakeClock();
  await using scene = await openScene(carrier);
  await using client = openManagerClient({
    url: scene.manager.url,
    owner: 'alice',
    token: undefined,
    clock,
    access: createAccess({ carrier }),
  });
  const watching = client.watchEvents({ all: false, after: undefined, follow: true }, () => {}, forever);
  await until(() => scene.send);
  clock.advance(29_999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await expect(watching).rejects.toMatchObject({ code: 'manager_unreachable', message: expect.stringContaining('within 30 s') });
});

test.each(carriers)('%s: a reader that does not keep up is dropped [tunnel.unreadEvents] [tunnel.unreadEventBytes]', async (carrier) => {
  await using scene = await openScene(carrier);
  let read = 0;
  const watching = scene.client.watchEvents({ all: false, after: undefined, follow: true }, () => void read++, forever);
  await until(() => scene.send && read === 1);
  // As many as a manager remembers, and more, are no reason.
  for (let id = 0; id < 900; id++) scene.send?.(createEvent(id));
  await until(() => read === 901);
  const count = carrier === 'grpc' ? 2_500 : 20_000;
  for (let id = 0; id < count; id++) scene.send?.(createEvent(id));
  // An answer of HTTP/1.1 that has begun can only break.
  await expect(watching).rejects.toMatchObject({ code: carrier === 'grpc' ? 'limit_reached' : 'manager_unreachable' });
  await until(() => scene.send === undefined);
});

test('a stream that goes on gives a sign of life every 10 s [tunnel.eventBeatMs]', async () => {
  const clock = createFakeClock();
  const sent: Buffer[] = [];
  const closed = new AbortController();
  const reader = {
    send: (message: Buffer) => void sent.push(message),
    isSlow: () => false,
    finish: () => {},
    fail: () => {},
    hold: () => () => {},
  };
  const api = { followEvents: async () => () => {} } as unknown as ManagerApi;
  const caller = { owner: 'alice', token: undefined, address: '127.0.0.1' };
  const request = encodeEventRequest({ all: false, after: undefined, follow: true });
  await streamEvents(api, clock, caller, request, { ...reader, closed: closed.signal });
  clock.advance(9_999);
  expect(sent).toEqual([]);
  clock.advance(1);
  expect(sent.map(parseEvent)).toEqual([undefined]);
  clock.advance(10_000);
  expect(sent).toHaveLength(2);
  closed.abort();
  expect(clock.pending).toBe(0);
});
