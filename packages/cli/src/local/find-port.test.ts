import { createFakeClock } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { LocalAddress } from '@switchyard/agent';
import { findPort, type PortPlan, type PortSearch } from './find-port.ts';
import type { Listener } from './listeners.ts';

interface Story {
  /** What listens from which millisecond on. */
  readonly listens?: readonly (Listener & { readonly fromMs: number })[];
  /** Ports that answer from which millisecond on. */
  readonly answers?: Readonly<Record<number, number>>;
  /** How often it is looked for in vain before a port that answers is seen to. */
  readonly missedLooks?: number;
  readonly choice?: number;
  /** Whether there is no /proc. */
  readonly blind?: boolean;
  readonly abortAtMs?: number;
}

async function tell(plan: PortPlan, story: Story): Promise<LocalAddress> {
  const clock = createFakeClock();
  const startMs = clock.now();
  const stop = new AbortController();
  let looks = 0;
  const search: PortSearch = {
    clock,
    listListeners: async () =>
      story.blind === true
        ? undefined
        : (story.listens ?? []).filter(({ fromMs }) => clock.now() - startMs >= fromMs).map(({ host, port }) => ({ host, port })),
    isListening: async ({ port }) => ++looks > (story.missedLooks ?? 0) && clock.now() - startMs >= (story.answers?.[port] ?? Infinity),
    choose: async () => story.choice,
  };
  const state = { settled: false };
  const found = findPort(search, plan, { pid: 1, timeoutMs: 5_000, signal: stop.signal }).finally(() => (state.settled = true));
  found.catch(() => {});
  while (!state.settled) {
    await setImmediate();
    clock.advance(25);
    if (story.abortAtMs !== undefined && clock.now() - startMs >= story.abortAtMs) stop.abort(new Error('stopped'));
  }
  expect(clock.pending).toBe(0);
  return found;
}

const asked: PortPlan = { t: 'asked', port: 4000 };
const at = (port: number, fromMs: number): Listener & { readonly fromMs: number } => ({ host: '127.0.0.1', port, fromMs });

test('the port that was asked for is taken as soon as it answers', async () => {
  expect(await tell(asked, { answers: { 4000: 300 } })).toEqual({ host: 'localhost', port: 4000 });
  expect(await tell(asked, { answers: { 4000: 300 }, blind: true })).toEqual({ host: 'localhost', port: 4000 });
});

test('on an address that is not loopback it is found by its socket', async () => {
  expect(await tell(asked, { listens: [{ host: '10.0.0.1', port: 4000, fromMs: 100 }] })).toEqual({ host: '10.0.0.1', port: 4000 });
});

test('a port that begins to listen between the two looks is taken as it was asked for', async () => {
  expect(await tell(asked, { listens: [at(4000, 0)], answers: { 4000: 0 }, missedLooks: 1 })).toEqual({ host: 'localhost', port: 4000 });
});

test('another port is taken once nothing else has come for half a second [cli.settleMs]', async () => {
  expect(await tell(asked, { listens: [at(3000, 200)] })).toMatchObject({ port: 3000 });
  const late = (fromMs: number): Story => ({ listens: [at(3000, 200), at(4000, fromMs)], answers: { 4000: fromMs } });
  expect(await tell(asked, late(650))).toMatchObject({ port: 4000 });
  expect(await tell(asked, late(750))).toMatchObject({ port: 3000 });
});

test('the debugger of Node is never meant', async () => {
  expect(await tell(asked, { listens: [at(9229, 0), at(3000, 1_000)] })).toMatchObject({ port: 3000 });
});

test('of two ports the person chooses; without a choice it is refused by name', async () => {
  const listens = [at(3000, 200), at(3001, 400)];
  expect(await tell(asked, { listens, choice: 1 })).toMatchObject({ port: 3001 });
  await expect(tell(asked, { listens })).rejects.toMatchObject({
    code: 'local_refused',
    message: expect.stringContaining('127.0.0.1:3000, 127.0.0.1:3001'),
  });
});

test('a port that was said is waited for, whatever else listens', async () => {
  const plan: PortPlan = { t: 'fixed', address: { host: 'localhost', port: 5000 } };
  expect(await tell(plan, { listens: [at(3000, 0)], answers: { 5000: 2_000 } })).toEqual({ host: 'localhost', port: 5000 });
  await expect(tell(plan, { listens: [at(3000, 0)] })).rejects.toMatchObject({
    code: 'local_refused',
    message: 'The command runs, but nothing listens at localhost:5000 after 5s.',
  });
});

test('it is looked for every 50 ms [cli.portLookMs]', async () => {
  const clock = createFakeClock();
  let looks = 0;
  const search: PortSearch = {
    clock,
    listListeners: async () => [],
    isListening: async () => ++looks === 3,
    choose: async () => undefined,
  };
  const found = findPort(search, asked, { pid: 1, timeoutMs: 5_000, signal: new AbortController().signal });
  for (const look of [1, 2]) {
    await setImmediate();
    clock.advance(49);
    await setImmediate();
    expect(looks).toBe(look);
    clock.advance(1);
  }
  expect(await found).toEqual({ host: 'localhost', port: 4000 });
});

test('the search can be given up', async () => {
  await expect(tell(asked, { abortAtMs: 300 })).rejects.toThrow('stopped');
});
