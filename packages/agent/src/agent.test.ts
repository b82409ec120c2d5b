import { InterceptError } from '@switchyard/contract';
import { openEchoServer, recordPipe, until, watchLeaks } from '@switchyard/testkit';
import type { LostSession } from '@switchyard/tunnel';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { advanceUntil, createBench } from '../test/agent-bench.ts';
import { idOf, specOf } from '../test/fake-manager.ts';

/** What a session leaves, and how often it was given up. */
function createLeft(): { readonly session: LostSession; readonly disposed: number } {
  let disposed = 0;
  const session = { [Symbol.dispose]: () => void disposed++ } as unknown as LostSession;
  return {
    session,
    get disposed() {
      return disposed;
    },
  };
}

test('registers every intercept, and removes them with a goodbye', async () => {
  const { manager, open, names } = createBench();
  const agent = await open([
    { spec: specOf('orders', 60_000), deliver: { host: '127.0.0.1', port: 1 } },
    { spec: specOf('payments'), deliver: { host: '127.0.0.1', port: 2 } },
  ]);
  expect(manager.registered).toEqual([[specOf('orders', 60_000), specOf('payments')]]);
  expect(agent.intercepts.map(({ id }) => id)).toEqual([idOf('orders'), idOf('payments')]);
  await agent.goodbye();
  await agent.goodbye();
  expect(await agent.closed).toBeUndefined();
  expect(manager).toMatchObject({ goodbyes: 1, open: 0 });
  expect(names()).toEqual(['connected', 'closed']);
});

test('a first attempt that fails is final and leaves nothing registered', async () => {
  const { manager, open, clock } = createBench();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  await expect(open()).rejects.toMatchObject({ code: 'manager_unreachable' });
  manager.refuse('open', undefined);
  manager.refuse('register', new InterceptError('route_conflict', 'bob has it.'));
  await expect(open()).rejects.toMatchObject({ code: 'route_conflict' });
  expect(manager).toMatchObject({ goodbyes: 1, open: 0 });
  expect(clock.pending).toBe(0);
});

test('opening can be given up', async () => {
  const { open } = createBench();
  const reason = new InterceptError('canceled', 'Stopped by SIGINT.');
  await expect(open(undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a lost session comes back within a second and registers the rest of the lifetime', async () => {
  const { manager, open, events, names, clock } = createBench();
  await open([{ spec: specOf('orders', 3_600_000), deliver: { host: '127.0.0.1', port: 1 } }]);
  clock.advance(600_000);
  manager.lose();
  await advanceUntil(clock, () => names().length === 3);
  const again = events[2];
  const awayMs = again?.t === 'connected' ? again.awayMs : undefined;
  expect(names()).toEqual(['connected', 'reconnecting', 'connected']);
  expect(awayMs).toBeGreaterThanOrEqual(50);
  expect(awayMs).toBeLessThanOrEqual(1_050);
  const restMs = manager.registered[1]?.[0]?.lifetimeMs;
  expect(restMs).toBeLessThanOrEqual(3_000_000 - 50);
  expect(restMs).toBeGreaterThanOrEqual(3_000_000 - 1_050);
});

test('what a lost session leaves is the next one’s, however often it takes to connect', async () => {
  const { manager, open, names, clock } = createBench();
  await open();
  const left = createLeft();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  manager.lose(undefined, 'newest', left.session);
  await advanceUntil(clock, () => manager.attemptsAtMs.length === 4);
  manager.refuse('open', undefined);
  await advanceUntil(clock, () => names().length === 3);
  expect(manager.resumed).toEqual([undefined, left.session]);
  manager.lose();
  await advanceUntil(clock, () => names().length === 5);
  expect(manager.resumed[2]).toBeUndefined();
  expect(left.disposed).toBe(0);
});

test('what a lost session leaves is given up when the agent ends before it is back', async () => {
  const { manager, open, names } = createBench();
  const agent = await open();
  const left = createLeft();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  manager.lose(undefined, 'newest', left.session);
  await until(() => names().includes('reconnecting'));
  await agent.goodbye();
  expect(left.disposed).toBe(1);
});

test('it keeps trying: at most 1 s apart in the first minute, then at most 5 s', async () => {
  const { manager, open, names, clock } = createBench();
  await open();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  const lostAtMs = clock.now();
  manager.lose();
  await advanceUntil(clock, () => clock.now() - lostAtMs > 180_000);
  manager.refuse('open', undefined);
  await advanceUntil(clock, () => names().at(-1) === 'connected');
  const gapsMs = manager.attemptsAtMs.slice(1).map((atMs, index) => atMs - (manager.attemptsAtMs[index] ?? 0));
  const early = gapsMs.filter((_, index) => (manager.attemptsAtMs[index] ?? 0) - lostAtMs < 59_000);
  expect(Math.max(...early)).toBeLessThanOrEqual(1_050);
  expect(Math.max(...gapsMs)).toBeLessThanOrEqual(5_050);
  expect(Math.max(...gapsMs)).toBeGreaterThan(1_050);
  expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(50);
  expect(names().filter((name) => name === 'reconnecting')).toHaveLength(1);
});

test('waits double: from 100 ms to 1 s, and after a minute to 5 s [agent.firstRetryMs] [agent.restartRetryMs] [agent.restartSpanMs] [agent.patientRetryMs]', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.9999);
  const { manager, open, clock } = createBench();
  await open();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  const lostAtMs = clock.now();
  manager.lose();
  await advanceUntil(clock, () => clock.now() - lostAtMs > 85_000, 20);
  const atMs = manager.attemptsAtMs.slice(1).map((attemptMs) => attemptMs - lostAtMs);
  const waitsMs = atMs.map((attemptMs, index) => Math.round((attemptMs - (atMs[index - 1] ?? 0)) / 100) * 100);
  const quick = atMs.filter((attemptMs) => attemptMs < 60_000).length;
  expect(waitsMs.slice(0, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(new Set(waitsMs.slice(4, quick + 1))).toEqual(new Set([1_000]));
  expect(waitsMs.slice(quick + 1, quick + 5)).toEqual([2_000, 4_000, 5_000, 5_000]);
});

test('a refusal that no retry can heal ends it', async () => {
  const { manager, open, names, clock } = createBench();
  const agent = await open();
  manager.refuse('register', new InterceptError('route_conflict', 'bob has it now.'));
  manager.lose();
  await advanceUntil(clock, () => names().includes('closed'));
  expect(await agent.closed).toMatchObject({ code: 'route_conflict' });
  expect(names()).toEqual(['connected', 'reconnecting', 'closed']);
  expect(clock.pending).toBe(0);
});

test('goodbye ends the wait for a manager that is away', async () => {
  const { manager, open, clock, names } = createBench();
  const agent = await open();
  manager.lose();
  await until(() => names().includes('reconnecting') && clock.pending > 0);
  await agent.goodbye();
  expect(await agent.closed).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test('an intercept that ended is told once and not registered again', async () => {
  const { manager, open, events, clock } = createBench();
  const agent = await open([
    { spec: specOf('orders', 60_000), deliver: { host: '127.0.0.1', port: 1 } },
    { spec: specOf('payments'), deliver: { host: '127.0.0.1', port: 2 } },
    { spec: specOf('web', 600), deliver: { host: '127.0.0.1', port: 3 } },
  ]);
  manager.notify({ t: 'expiry_warning', id: idOf('orders'), expiresAt: new Date(0) });
  manager.notify({ t: 'intercept_ended', id: idOf('orders'), reason: 'replaced' });
  manager.notify({ t: 'intercept_ended', id: idOf('orders'), reason: 'replaced' });
  expect(events.slice(1)).toMatchObject([
    { t: 'expiry_warning', intercept: { id: idOf('orders') }, expiresAt: new Date(0) },
    { t: 'intercept_ended', intercept: { id: idOf('orders') }, reason: 'replaced' },
  ]);
  clock.advance(601);
  manager.lose();
  await advanceUntil(clock, () => manager.registered.length === 2);
  await until(() => events.at(-1)?.t === 'connected');
  expect(manager.registered[1]?.map(({ service }) => service)).toEqual(['payments']);
  expect(events.at(-2)).toMatchObject({ t: 'intercept_ended', intercept: { id: idOf('web') }, reason: 'expired' });
  expect(agent.intercepts.map(({ id }) => id)).toEqual([idOf('payments')]);
});

test('from a manager that is about to stop it goes over to the next one, and leaves the old one what is under way', async () => {
  const { manager, open, names, clock } = createBench();
  await open();
  manager.refuse('open', new InterceptError('draining', 'This manager is shutting down.'));
  manager.notify({ t: 'draining' });
  await advanceUntil(clock, () => manager.attemptsAtMs.length === 4);
  manager.refuse('open', undefined);
  await advanceUntil(clock, () => names().includes('moved'));
  expect(manager.registered).toMatchObject([[{ service: 'orders' }], [{ service: 'orders' }]]);
  expect(manager).toMatchObject({ open: 2, goodbyes: 0 });
  manager.lose(undefined, 'oldest');
  await setImmediate();
  expect(manager.open).toBe(1);
  expect(names()).toEqual(['connected', 'draining', 'moved']);
  manager.lose();
  await advanceUntil(clock, () => names().length === 5);
  expect(names().slice(3)).toEqual(['reconnecting', 'connected']);
});

test('a manager that is gone before there is a next one is waited for as ever', async () => {
  const { manager, open, names, clock } = createBench();
  await open();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  manager.notify({ t: 'draining' });
  await advanceUntil(clock, () => manager.attemptsAtMs.length === 3);
  manager.lose();
  await advanceUntil(clock, () => names().includes('reconnecting'));
  manager.refuse('open', undefined);
  await advanceUntil(clock, () => names().length === 4);
  expect(names()).toEqual(['connected', 'draining', 'reconnecting', 'connected']);
  expect(manager.open).toBe(1);
});

test('a goodbye ends the search for the next manager, and leaves the old one in order', async () => {
  const { manager, open, names, clock } = createBench();
  const agent = await open();
  manager.refuse('open', new InterceptError('manager_unreachable', 'Nobody there.'));
  manager.notify({ t: 'draining' });
  await advanceUntil(clock, () => manager.attemptsAtMs.length === 3);
  await agent.goodbye();
  expect(names()).toEqual(['connected', 'draining', 'closed']);
  expect(manager).toMatchObject({ open: 0, goodbyes: 1 });
  expect(clock.pending).toBe(0);
});

test('renews through the session that is open', async () => {
  const { manager, open, clock, names } = createBench();
  const agent = await open();
  const info = await agent.renew(idOf('orders'), 5_000);
  expect(info.expiresAt.getTime() - clock.date().getTime()).toBe(5_000);
  expect(agent.intercepts[0]).toBe(info);
  await expect(agent.renew(idOf('web'))).rejects.toMatchObject({ code: 'intercept_not_found' });
  manager.lose();
  await until(() => names().includes('reconnecting'));
  await expect(agent.renew(idOf('orders'))).rejects.toMatchObject({ code: 'tunnel_lost' });
});

test('each pipe reaches the process of its intercept; a pipe of none is reset', async () => {
  const leaks = watchLeaks();
  const { manager, open, events } = createBench();
  {
    await using echo = await openEchoServer();
    await open([
      { spec: specOf('orders'), deliver: { host: '127.0.0.1', port: echo.port } },
      { spec: specOf('payments'), deliver: { host: '127.0.0.1', port: 1 } },
    ]);
    const orders = recordPipe(manager.openPipe(idOf('orders')));
    orders.pipe.write(Buffer.from('hello'));
    expect((await orders.untilBytes(5)).toString()).toBe('hello');
    orders.pipe.end();
    expect(await orders.untilClose()).toBeUndefined();
    const payments = recordPipe(manager.openPipe(idOf('payments')));
    expect(await payments.untilClose()).toMatchObject({ code: 'local_refused' });
    expect(events.at(-1)).toMatchObject({ t: 'delivery_failed', intercept: { id: idOf('payments') }, error: { code: 'local_refused' } });
    const nobody = recordPipe(manager.openPipe(idOf('web')));
    expect(await nobody.untilClose()).toMatchObject({ code: 'intercept_not_found' });
  }
  await leaks.expectNone();
});
