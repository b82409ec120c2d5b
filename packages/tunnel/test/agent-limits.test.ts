// What an agent bounds by itself, whatever its manager does.
import type { SessionId } from '@switchyard/contract';
import { createFakeClock, until, watchLeaks } from '@switchyard/testkit';
import type { ManagerMessage, ReceivedAgentMessage } from '@switchyard/wire';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccess, openManagerClient } from '../src/index.ts';
import { openFalseManager } from './false-manager.ts';
import { carriers, intercept, openAgent, openManager, openTunnel, service, spec, theSession } from './manager.ts';
import { createSystemClock } from '@switchyard/runtime';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

const welcome: ManagerMessage = {
  t: 'welcome',
  session: 'one' as SessionId,
  secret: Buffer.alloc(32),
  version: 1,
  idlePipes: 16,
  maxIdlePipes: 64,
  maxPipes: 1_000,
  resumed: false,
};

test('each time that the manager runs dry an agent keeps twice as many idle pipes, up to 64 [tunnel.maxIdlePipes]', async () => {
  const answer = (message: ReceivedAgentMessage): readonly ManagerMessage[] => {
    if (message.t === 'hello') return [welcome];
    if (message.t !== 'unregister') return [];
    return [
      { t: 'want_pipes', count: 0 },
      { t: 'reply', request: message.request, result: { t: 'done' } },
    ];
  };
  using manager = await openFalseManager(answer);
  await using agent = await openAgent(manager.url);
  for (const kept of [16, 32, 64, 64]) {
    agent.register(spec).catch(() => {});
    await agent.unregister(intercept);
    await until(() => manager.carries >= kept);
    expect(manager.carries).toBe(kept);
  }
});

test('64 events are kept for who does not listen yet [tunnel.keptEvents]', async () => {
  await using tunnel = await openTunnel();
  for (let atMs = 1; atMs <= 70; atMs++)
    theSession(tunnel.manager).notify({ t: 'expiry_warning', id: intercept, expiresAt: new Date(atMs) });
  await tunnel.agent.register(spec);
  const events: unknown[] = [];
  tunnel.agent.onEvent((event) => void events.push(event));
  expect(events).toEqual(
    Array.from({ length: 64 }, (_, index) => ({ t: 'expiry_warning', id: intercept, expiresAt: new Date(index + 1) })),
  );
});

test('a goodbye that nobody confirms is over after a second [tunnel.goodbyeMs]', async () => {
  using manager = await openFalseManager((message) => (message.t === 'hello' ? [welcome] : []));
  const clock = createFakeClock();
  const agent = await openAgent(manager.url, { clock });
  let isOver = false;
  const left = agent.goodbye().then(() => (isOver = true));
  clock.advance(999);
  await setImmediate();
  expect(isOver).toBe(false);
  clock.advance(1);
  await left;
  expect(await agent.closed).toBeUndefined();
});

test.each(carriers)('%s: an answer of the API may have 16 MiB [tunnel.answerBytes]', async (carrier) => {
  let noteBytes = 16 * 1024 * 1024 - 100;
  const listServices = async () => [
    { name: service, ports: [{ name: 'http', listen: '', baseline: '', protocol: 'auto' as const, notes: ['x'.repeat(noteBytes)] }] },
  ];
  await using manager = await openManager({ api: { listServices } });
  const access = createAccess({ carrier });
  await using client = openManagerClient({ url: manager.url, owner: 'alice', token: undefined, clock: createSystemClock(), access });
  expect(await client.listServices()).toHaveLength(1);
  noteBytes += 100;
  await expect(client.listServices()).rejects.toMatchObject({ code: expect.any(String) });
});
