import { InterceptError, silentMetrics, type Dialer, type InterceptId, type SessionId, type Target } from '@switchyard/contract';
import { createFakeClock, createMemoryPipePair, type FakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSession, limits } from '../../test/fakes.ts';
import { peerLimits } from '../limits.ts';
import type { AgentSession, Intercept } from '../registry/intercept.ts';
import { createTargetDialer } from './target-dialer.ts';

const id = 'orders.http.alice' as InterceptId;
const target: Target = { t: 'tunnel', session: 'at b' as SessionId, intercept: id };
const { signal } = new AbortController();

/** An intercept whose session another manager has, which is not reached until `reach` says so. */
function createBench(): { readonly clock: FakeClock; readonly dialer: Dialer; readonly tries: () => number; reach(): void } {
  const clock = createFakeClock();
  let [tries, reached] = [0, false];
  const session: AgentSession = {
    ...createSession('at b', 'alice'),
    unreachedMs: clock.now(),
    openPipe: async () => {
      tries++;
      if (!reached) throw new InterceptError('tunnel_lost', 'It was not reached.');
      return createMemoryPipePair()[0];
    },
  };
  const intercept = { id, title: '"alice" on orders', owner: 'alice', service: 'orders', link: { t: 'ready', session } } as Intercept;
  const dialer = createTargetDialer(
    {
      clock,
      metrics: silentMetrics,
      intercepts: { get: () => intercept, watch: () => () => {} },
      dialSocket: async () => createMemoryPipePair()[0],
    },
    limits,
  );
  return { clock, dialer, tries: () => tries, reach: () => void (reached = true) };
}

/** Lets time pass in steps of the retry, and what follows from it happen. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= peerLimits.hopRetryMs.value) {
    await new Promise(setImmediate);
    clock.advance(Math.min(left, peerLimits.hopRetryMs.value));
  }
  await new Promise(setImmediate);
}

test('while the manager that has the session is not reached a connection is held, and goes there when it is', async () => {
  const { clock, dialer, tries, reach } = createBench();
  const pipe = dialer.dial(target, signal);
  await pass(clock, limits.holdMs - 500);
  expect(tries()).toBeGreaterThan(30);
  reach();
  await pass(clock, 250);
  await pipe;
});

test('it is held for no longer than for a lost session, and then the developer counts as offline', async () => {
  const { clock, dialer } = createBench();
  const failure = dialer.dial(target, signal).catch((error: InterceptError) => error.code);
  await pass(clock, limits.holdMs);
  expect(await failure).toBe('developer_offline');
  const began = clock.now();
  await expect(dialer.dial(target, signal)).rejects.toMatchObject({ code: 'developer_offline' });
  expect(clock.now()).toBe(began);
});
