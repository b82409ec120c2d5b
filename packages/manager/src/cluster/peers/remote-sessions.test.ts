import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterceptError, silentLog, type InterceptId, type Pipe } from '@switchyard/contract';
import type { Collection, Pod } from '@switchyard/kube';
import { createFakeClock, createMemoryPipePair, recordPipe } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { byName, createManagerPod } from '../../../test/objects.ts';
import { peerLimits } from '../../limits.ts';
import { RemoteSessions } from './remote-sessions.ts';
import { createTokenFile } from './token-file.ts';

const id = 'orders.http.alice' as InterceptId;
const claim = { uid: 'u-alice', owner: 'alice', client: 'laptop' };
const { signal } = new AbortController();

/** Two managers' pods, and hops that succeed as long as `reachable`. */
function createBench() {
  const clock = createFakeClock();
  const listeners: (() => void)[] = [];
  const state = { pods: byName(createManagerPod('a', '10.0.0.1'), createManagerPod('b', '10.0.0.2')), reachable: true };
  const pods = {
    get objects() {
      return state.pods;
    },
    onChange: (listener: () => void) => {
      listeners.push(listener);
      return () => {};
    },
  } as unknown as Collection<Pod>;
  const hops: string[] = [];
  const opened: Pipe[] = [];
  const remotes = new RemoteSessions({
    clock,
    log: silentLog,
    pods,
    port: 7483,
    openHop: async ({ host, port }, { uid }) => {
      hops.push(`${host}:${port} ${uid}`);
      if (!state.reachable) throw new InterceptError('tunnel_lost', 'It was not reached.');
      const [pipe] = createMemoryPipePair();
      opened.push(pipe);
      return { pipe, onClosed: () => {} };
    },
  });
  const put = (...all: readonly Pod[]): void => {
    state.pods = byName(...all);
    for (const listener of listeners) listener();
  };
  return { clock, remotes, hops, opened, state, put };
}

test('the session at another manager is the same until it is at another one, or the pod has another address', () => {
  const { remotes, put } = createBench();
  const first = remotes.find(claim, 'a');
  expect([remotes.find(claim, 'a') === first, first?.remoteAddress]).toEqual([true, '10.0.0.1']);
  expect(remotes.find(claim, 'b')?.remoteAddress).toBe('10.0.0.2');
  put(createManagerPod('a', '10.0.0.9'));
  expect([remotes.find(claim, 'a')?.remoteAddress, remotes.find(claim, 'b')]).toEqual(['10.0.0.9', undefined]);
});

test('a manager that is not reached is asked again after a rest, and says since when [manager.hopRetryMs]', async () => {
  const { clock, remotes, hops, state } = createBench();
  const session = remotes.find(claim, 'a');
  state.reachable = false;
  const sinceMs = clock.now();
  await expect(session?.openPipe(id, signal)).rejects.toMatchObject({ code: 'tunnel_lost' });
  clock.advance(peerLimits.hopRetryMs.value - 1);
  await expect(session?.openPipe(id, signal)).rejects.toMatchObject({ code: 'tunnel_lost' });
  expect(hops).toHaveLength(1);
  clock.advance(1);
  await expect(session?.openPipe(id, signal)).rejects.toMatchObject({ code: 'tunnel_lost' });
  expect([hops, session?.unreachedMs]).toEqual([['10.0.0.1:7483 u-alice', '10.0.0.1:7483 u-alice'], sinceMs]);
  state.reachable = true;
  clock.advance(peerLimits.hopRetryMs.value);
  await session?.openPipe(id, signal);
  expect(session?.unreachedMs).toBe(undefined);
});

test('a failure long after another one, with nobody who tried in between, is an outage of its own [manager.hopOutageMs]', async () => {
  const { clock, remotes, state } = createBench();
  const session = remotes.find(claim, 'a');
  state.reachable = false;
  const fail = () => expect(session?.openPipe(id, signal)).rejects.toMatchObject({ code: 'tunnel_lost' });
  const sinceMs = clock.now();
  await fail();
  clock.advance(peerLimits.hopOutageMs.value);
  await fail();
  expect(session?.unreachedMs).toBe(sinceMs);
  clock.advance(peerLimits.hopOutageMs.value + 1);
  await fail();
  expect(session?.unreachedMs).toBe(clock.now());
});

test('what leads to a manager whose node died is cut; what leads to one that stops goes on', async () => {
  const { remotes, opened, put } = createBench();
  await remotes.find(claim, 'a')?.openPipe(id, signal);
  const record = recordPipe(opened[0] as Pipe);
  const unready = [{ type: 'Ready', status: 'False' }];
  const stopping = createManagerPod('a', '10.0.0.1', true);
  put({ ...stopping, status: { ...stopping.status, conditions: unready } });
  expect(record.events).toEqual([]);
  const pod = createManagerPod('a', '10.0.0.1');
  put({ ...pod, status: { ...pod.status, conditions: unready } });
  expect((await record.untilClose())?.code).toBe('tunnel_lost');
});

test('what leads to a manager whose node died is cut after the agent went to another manager, too', async () => {
  const { remotes, opened, put } = createBench();
  await remotes.find(claim, 'a')?.openPipe(id, signal);
  await remotes.find(claim, 'b')?.openPipe(id, signal);
  const [old, current] = opened.map((pipe) => recordPipe(pipe));
  remotes.retain(() => false);
  const pod = createManagerPod('a', '10.0.0.1');
  const dead = { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: 'False' }] } };
  put(dead, createManagerPod('b', '10.0.0.2'));
  expect((await old?.untilClose())?.code).toBe('tunnel_lost');
  expect(current?.events).toEqual([]);
});

test('a token that was replaced in its file is used within a minute [manager.peerTokenAgeMs]', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-token-'));
  const file = join(folder, 'token');
  const clock = createFakeClock();
  const read = createTokenFile(clock, file);
  await expect(read()).rejects.toMatchObject({ code: 'bad_config' });
  await writeFile(file, 'first\n');
  expect(await read()).toBe('first');
  await writeFile(file, 'second\n');
  expect(await read()).toBe('first');
  clock.advance(peerLimits.peerTokenAgeMs.value);
  expect(await read()).toBe('second');
  await rm(folder, { recursive: true });
});
