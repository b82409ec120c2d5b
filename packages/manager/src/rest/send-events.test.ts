import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { InterceptError, type ManagerEvent } from '@switchyard/contract';
import { createFakeClock, openRawClient, until, type FakeClock, type RawClient } from '@switchyard/testkit';
import { expect, test, vi } from 'vitest';
import { createTestClusterApi } from '../../test/cluster-api.ts';
import { sendEvents } from './send-events.ts';

/** A reader of events that the test makes. */
interface Scene extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly client: RawClient;
  readonly send: (event: ManagerEvent) => void;
  /** Who reads may not do so any more. */
  readonly end: () => void;
  /** How many signs of life were written. */
  readonly beats: () => number;
  /** Bytes that wait for the reader. */
  readonly backlog: () => number;
  /** What was begun and has not ended: following, and holding the connection. */
  readonly begun: ReadonlySet<string>;
}

const caller = { owner: 'alice', token: undefined, address: '127.0.0.1' };

/** An API whose only follower gets what is sent, and a connection. */
function createWorld() {
  const begun = new Set<string>();
  let send: ((event: ManagerEvent) => void) | undefined;
  let end: (() => void) | undefined;
  const begin = (what: string): (() => void) => {
    begun.add(what);
    return () => void begun.delete(what);
  };
  const api = {
    ...createTestClusterApi(),
    followEvents: async (
      _caller: unknown,
      _filter: unknown,
      onEvent: (event: ManagerEvent) => void,
      onOver: (error: InterceptError) => void,
    ) => {
      send = onEvent;
      end = () => onOver(new InterceptError('not_allowed', 'No more.'));
      return begin('following');
    },
  };
  const connection = { remoteAddress: '127.0.0.1', hold: () => begin('holding') };
  return { api, connection, begun, send: (event: ManagerEvent) => send?.(event), end: () => end?.() };
}

async function openScene(): Promise<Scene> {
  const clock = createFakeClock();
  const { api, connection, begun, send, end } = createWorld();
  let [beats, backlog] = [(): number => 0, (): number => 0];
  const server = createServer((_request, response) => {
    const write = vi.spyOn(response, 'write');
    beats = () => write.mock.calls.filter(([text]) => text === ': alive\n\n').length;
    backlog = () => response.writableLength;
    void sendEvents(api, caller, { all: false, after: undefined }, { clock, response, connection });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const client = await openRawClient(typeof address === 'object' && address !== null ? address.port : 0);
  client.send('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await client.readUntil('retry: 2000\n\n');
  return {
    clock,
    client,
    send,
    end,
    beats: () => beats(),
    backlog: () => backlog(),
    begun,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    },
  };
}

const event: ManagerEvent = { id: 'life-1', at: new Date(0), type: 'session_opened', owner: 'alice', message: 'It happened.' };

test('a quiet stream says that it lives, and lets go of everything when its reader leaves [manager.eventBeatMs] [manager.eventRetryMs]', async () => {
  await using scene = await openScene();
  for (let beat = 0; beat < 3; beat++) {
    scene.clock.advance(9_999);
    expect(scene.beats()).toBe(beat);
    scene.clock.advance(1);
    expect(scene.beats()).toBe(beat + 1);
    await scene.client.readUntil(': alive\n\n');
  }
  expect([...scene.begun]).toEqual(['following', 'holding']);
  scene.client.destroy();
  await until(() => scene.begun.size === 0);
  expect(scene.clock.pending).toBe(0);
});

test('a reader that does not keep up is cut off, and costs no more than its backlog [manager.eventBacklogBytes]', async () => {
  await using scene = await openScene();
  scene.client.pause();
  let [sent, most] = [0, 0];
  for (; sent < 100_000 && scene.begun.size > 0; sent++) {
    most = Math.max(most, scene.backlog());
    scene.send({ ...event, message: 'x'.repeat(1_000) });
    if (sent % 16 === 0) await new Promise(setImmediate);
  }
  expect(scene.begun.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
  expect(most).toBeGreaterThan(60 * 1024);
  // An event more, which broke the bound.
  expect(most).toBeLessThan(66 * 1024);
});

test('a reader who may not read any more is cut off, in the place of signs of life for ever', async () => {
  await using scene = await openScene();
  scene.end();
  await until(() => scene.begun.size === 0);
  expect(scene.clock.pending).toBe(0);
});

test('a reader that has gone before the first event keeps nothing', async () => {
  const clock = createFakeClock();
  const { api, connection, begun } = createWorld();
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const socket = new Socket();
  response.assignSocket(socket);
  const gone = once(response, 'close');
  socket.destroy();
  await gone;
  await sendEvents(api, caller, { all: false, after: undefined }, { clock, response, connection });
  expect([begun.size, clock.pending]).toEqual([0, 0]);
});
