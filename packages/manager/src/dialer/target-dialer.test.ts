import {
  parseRoutingKey,
  parseServiceName,
  silentLog,
  silentMetrics,
  toInterceptId,
  type InterceptError,
  type Pipe,
  type SessionId,
  type Target,
} from '@switchyard/contract';
import { createFakeClock, createMemoryPipePair, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSession, createSpec, limits, services, type FakeSession } from '../../test/fakes.ts';
import { createCatalog } from '../registry/catalog.ts';
import { Registry } from '../registry/registry.ts';
import { createTargetDialer } from './target-dialer.ts';

const target: Target = {
  t: 'tunnel',
  session: 's1' as SessionId,
  intercept: toInterceptId(parseServiceName('orders'), 'http', parseRoutingKey('alice')),
};

interface Bench {
  readonly clock: FakeClock;
  readonly registry: Registry;
  readonly session: FakeSession;
  dial(signal?: AbortSignal): Promise<Pipe>;
}

/** An intercept of alice on orders, whose session is live. */
function createBench({ heldPerIntercept = 64 } = {}): Bench {
  const clock = createFakeClock();
  const catalog = createCatalog(services);
  const registry = new Registry(
    { clock, log: silentLog, catalog, policy: { keyless: false, percent: false }, publish: () => {}, onEnd: () => {}, tell: () => {} },
    limits,
  );
  const deps = { clock, metrics: silentMetrics, intercepts: registry, dialSocket: async () => createMemoryPipePair()[0] };
  const dialer = createTargetDialer(deps, { ...limits, heldPerIntercept });
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice'));
  onTestFinished(() => {
    registry[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  return { clock, registry, session, dial: (signal = new AbortController().signal) => dialer.dial(target, signal) };
}

/** Lets promises settle. */
const settle = (): Promise<void> => new Promise(setImmediate);

test('a live session is dialled at once', async () => {
  const { session, dial } = createBench();
  await dial();
  expect(session.opened).toBe(1);
});

test('while the session is away a connection is held, and goes to the session that comes back', async () => {
  const { clock, registry, session, dial } = createBench();
  registry.lose(session);
  const pipe = dial();
  clock.advance(9_999);
  const next = createSession('s2', 'alice');
  registry.register(next, createSpec('alice'));
  await pipe;
  expect([session.opened, next.opened]).toEqual([0, 1]);
});

test('the hold counts from the loss, not from the request [manager.holdMs]', async () => {
  const { clock, registry, session, dial } = createBench();
  registry.lose(session);
  clock.advance(8_000);
  const failure = dial().catch((error: InterceptError) => error);
  clock.advance(2_000);
  await expect(failure).resolves.toMatchObject({
    code: 'developer_offline',
    message: '"alice" on orders is intercepted by alice (alices-laptop), whose session was lost at 00:00 UTC.',
    hint: 'It ends at 00:05 UTC unless the session comes back; alice can end it now with `intercept down orders`.',
  });
});

test('after the hold a connection fails at once, and works again when the session is back', async () => {
  const { clock, registry, session, dial } = createBench();
  registry.lose(session);
  clock.advance(10_000);
  await expect(dial()).rejects.toMatchObject({ code: 'developer_offline' });
  registry.register(createSession('s2', 'alice'), createSpec('alice'));
  await dial();
});

test('a goodbye is never held', async () => {
  const { registry, session, dial } = createBench();
  registry.leave(session);
  await expect(dial()).rejects.toMatchObject({ code: 'developer_offline', message: 'The intercept orders.http.alice has ended.' });
});

test('an intercept that ends lets its held connections go', async () => {
  const { registry, session, dial } = createBench();
  registry.lose(session);
  const failure = dial().catch((error: InterceptError) => error.code);
  registry.remove('alice', { all: true });
  await expect(failure).resolves.toBe('developer_offline');
});

test('a session that is lost while it is dialled is waited for', async () => {
  const { registry, session, dial } = createBench();
  session.break();
  const pipe = dial();
  registry.lose(session);
  await settle();
  const next = createSession('s2', 'alice');
  registry.register(next, createSpec('alice'));
  await pipe;
  expect(next.opened).toBe(1);
});

test('a session that breaks every pipe is tried three times [manager.dials]', async () => {
  const { session, dial } = createBench();
  const tried = vi.spyOn(session, 'openPipe');
  session.break();
  await expect(dial()).rejects.toMatchObject({ code: 'tunnel_lost' });
  expect(tried).toHaveBeenCalledTimes(3);
});

test('no more than the limit are held; a place that gets free is used [manager.heldPerIntercept]', async () => {
  const { registry, session, dial } = createBench({ heldPerIntercept: 2 });
  registry.lose(session);
  const controller = new AbortController();
  const first = dial(controller.signal).catch((error: InterceptError) => error.code);
  const second = dial();
  await expect(dial()).rejects.toMatchObject({ code: 'limit_reached' });
  controller.abort();
  await expect(first).resolves.toBe('canceled');
  const third = dial();
  registry.register(createSession('s2', 'alice'), createSpec('alice'));
  await Promise.all([second, third]);
});

test('a caller that has gone already waits for nothing', async () => {
  const { registry, session, dial } = createBench();
  registry.lose(session);
  await expect(dial(AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
});
