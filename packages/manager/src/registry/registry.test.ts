import {
  InterceptError,
  silentLog,
  toInterceptId,
  parseRoutingKey,
  parseServiceName,
  type EndReason,
  type MatchPolicy,
  type InterceptId,
} from '@switchyard/contract';
import type { Rule } from '@switchyard/route';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createSession, createSpec, limits, services } from '../../test/fakes.ts';
import type { ManagerLimits } from '../limits.ts';
import { createCatalog } from './catalog.ts';
import { Registry } from './registry.ts';

const orders = toInterceptId(parseServiceName('orders'), 'http', parseRoutingKey('alice'));
const minuteMs = 60_000;
const hourMs = 3_600_000;

interface Bench {
  readonly registry: Registry;
  readonly clock: FakeClock;
  /** Every published table, as ids and their sessions. */
  readonly published: (readonly string[])[];
  readonly ended: EndReason[];
}

function createBench(changes: Partial<ManagerLimits> = {}, policy: MatchPolicy = { keyless: false, percent: false }): Bench {
  const clock = createFakeClock();
  const published: (readonly string[])[] = [];
  const ended: EndReason[] = [];
  const publish = (rules: readonly Rule[]): void =>
    void published.push(rules.map(({ id, target }) => `${id}@${target.t === 'tunnel' ? target.session : target.t}`));
  const onEnd = (reason: EndReason): void => void ended.push(reason);
  const catalog = createCatalog(services);
  const registry = new Registry({ clock, log: silentLog, catalog, policy, publish, onEnd, tell: () => {} }, { ...limits, ...changes });
  onTestFinished(() => {
    registry[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  return { registry, clock, published, ended };
}

function refusal(act: () => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    act();
  } catch (error) {
    if (error instanceof InterceptError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('was not refused');
}

test('an intercept is granted, published once and listed', () => {
  const { registry, published, clock } = createBench();
  const info = registry.register(createSession('s1', 'alice'), createSpec('alice'));
  expect(info).toEqual({
    id: orders,
    service: 'orders',
    port: 'http',
    key: 'alice',
    match: [],
    sharedWith: [],
    joins: false,
    owner: 'alice',
    whenAway: 'fail',
    session: 'ready',
    client: 'alices-laptop',
    createdAt: clock.date(),
    expiresAt: new Date(clock.date().getTime() + 8 * hourMs),
  });
  expect(published).toEqual([['orders.http.alice@s1']]);
  expect(registry.list()).toEqual([info]);
});

test.for([
  ['by name', { service: 'payments', port: 'grpc' }, 'payments.grpc.alice'],
  ['by the number that callers dial', { service: 'payments', port: '18083' }, 'payments.grpc.alice'],
  ['the only one', { service: 'orders' }, 'orders.http.alice'],
] as const)('a port is meant %s', ([, place, id]) => {
  expect(createBench().registry.register(createSession('s1', 'alice'), createSpec('alice', place)).id).toBe(id);
});

test.for([
  ['an unknown service', { service: 'oders' }, 'service_not_found', 'This manager routes no service "oders".', 'Did you mean "orders"?'],
  [
    'a service like no other',
    { service: 'zzzzzz' },
    'service_not_found',
    'This manager routes no service "zzzzzz".',
    'This manager routes: orders, payments, edge.',
  ],
  ['an unknown port', { port: 'https' }, 'service_not_found', 'orders has no port "https".', 'It has: http (18081).'],
  [
    'one port of several',
    { service: 'payments' },
    'bad_usage',
    'payments has several ports, so the port must be named: http (18082), grpc (18083), mysql (18084).',
    'Name one of them.',
  ],
  [
    'a port that carries no keys',
    { service: 'payments', port: 'mysql' },
    'bad_usage',
    'payments/mysql carries raw TCP, and only HTTP requests can carry a key.',
    undefined,
  ],
  [
    'a service that drops keys',
    { service: 'edge' },
    'not_allowed',
    'edge takes requests from outside, where keys are dropped, so it cannot be intercepted.',
    'Intercept a service behind it.',
  ],
  [
    'a lifetime of nothing',
    { lifetimeMs: 0 },
    'bad_usage',
    'An intercept cannot have a lifetime of nothing.',
    'Ask for a lifetime such as 1h.',
  ],
] as const)('%s is refused', ([, changes, code, message, hint]) => {
  const { registry, published } = createBench();
  expect(refusal(() => registry.register(createSession('s1', 'alice'), createSpec('alice', changes)))).toEqual({ code, message, hint });
  expect(published).toEqual([]);
});

test("another owner's route is refused by name", () => {
  const { registry, published } = createBench();
  registry.register(createSession('s1', 'bob'), createSpec('alice'));
  expect(refusal(() => registry.register(createSession('s2', 'alice'), createSpec('alice')))).toEqual({
    code: 'route_conflict',
    message: '"alice" on orders is already intercepted by bob (bobs-laptop) since 00:00 UTC.',
    hint: 'Use another key (--key), or ask bob to stop.',
  });
  expect(published).toHaveLength(1);
});

test("another owner's key is refused on every service", () => {
  const { registry } = createBench();
  registry.register(createSession('s1', 'bob'), createSpec('alice', { service: 'payments', port: 'http' }));
  expect(refusal(() => registry.register(createSession('s2', 'alice'), createSpec('alice'))).message).toBe(
    'The key "alice" belongs to bob (bobs-laptop), who intercepts payments with it since 00:00 UTC.',
  );
});

test('one owner holds a key on several services', () => {
  const { registry } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice'));
  registry.register(session, createSpec('alice', { service: 'payments', port: 'http' }));
  expect(registry.list()).toHaveLength(2);
});

test('a second process of the same owner is refused while the first is live', () => {
  const { registry } = createBench();
  registry.register(createSession('s1', 'alice'), createSpec('alice'));
  expect(refusal(() => registry.register(createSession('s2', 'alice'), createSpec('alice')))).toEqual({
    code: 'route_conflict',
    message: 'You already intercept "alice" on orders in another terminal (alices-laptop) since 00:00 UTC.',
    hint: 'Stop it there, run `intercept down orders`, or use another key (--key).',
  });
});

test('a second process takes over once the first is lost, with a life of its own', () => {
  const { registry, clock, published } = createBench();
  const first = createSession('s1', 'alice');
  registry.register(first, createSpec('alice'));
  clock.advance(hourMs);
  registry.lose(first);
  clock.advance(minuteMs);
  const info = registry.register(createSession('s2', 'alice'), createSpec('alice'));
  expect(info).toMatchObject({ session: 'ready', createdAt: clock.date(), expiresAt: new Date(clock.date().getTime() + 8 * hourMs) });
  expect(published.at(-1)).toEqual(['orders.http.alice@s2']);
  expect(first.events).toEqual([]);
});

test('a process that comes back goes on where it was, and its life is not longer', () => {
  const { registry, clock, published } = createBench();
  const before = registry.register(createSession('s1', 'alice', 'laptop-1'), createSpec('alice'));
  clock.advance(hourMs);
  // The loss of s1 is not known yet: the process is the same, so it may.
  const after = registry.register(createSession('s2', 'alice', 'laptop-1'), createSpec('alice'));
  expect(after).toEqual(before);
  expect(published.at(-1)).toEqual(['orders.http.alice@s2']);
});

test('what becomes of the replaced session later does not touch the intercept', () => {
  const { registry } = createBench();
  const stale = createSession('s1', 'alice', 'laptop-1');
  registry.register(stale, createSpec('alice'));
  registry.register(createSession('s2', 'alice', 'laptop-1'), createSpec('alice'));
  expect(stale.events).toEqual([{ t: 'intercept_ended', id: orders, reason: 'replaced' }]);
  expect(refusal(() => registry.unregister(stale, orders)).code).toBe('intercept_not_found');
  registry.lose(stale);
  registry.leave(stale);
  expect(registry.list()).toMatchObject([{ session: 'ready' }]);
});

test('registering twice from one session changes nothing but the wish', () => {
  const { registry } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice'));
  expect(registry.register(session, { ...createSpec('alice'), whenAway: 'baseline' })).toMatchObject({ whenAway: 'baseline' });
  expect(session.events).toEqual([]);
});

test('a lost session leaves its intercepts away; after five minutes they end [manager.awayLifetimeMs]', () => {
  const { registry, clock, published, ended } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice'));
  registry.register(session, createSpec('alice', { service: 'payments', port: 'http' }));
  registry.lose(session);
  expect(registry.list()).toMatchObject([{ session: 'away' }, { session: 'away' }]);
  clock.advance(5 * minuteMs - 1);
  expect(published).toHaveLength(2);
  clock.advance(1);
  expect(registry.list()).toEqual([]);
  expect(published.at(-1)).toEqual([]);
  expect(ended).toEqual(['session_gone', 'session_gone']);
});

test('a goodbye ends all intercepts of a session at once, as one change', () => {
  const { registry, published, ended } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice'));
  registry.register(session, createSpec('alice', { service: 'payments', port: 'http' }));
  registry.register(createSession('s2', 'bob'), createSpec('bob'));
  registry.leave(session);
  expect(published.slice(3)).toEqual([['orders.http.bob@s2']]);
  expect(ended).toEqual(['removed', 'removed']);
  expect(session.events).toEqual([]);
});

test('an intercept is warned of ten minutes before its end, and expires [manager.expiryWarningMs]', () => {
  const { registry, clock, ended } = createBench();
  const session = createSession('s1', 'alice');
  const { expiresAt } = registry.register(session, createSpec('alice', { lifetimeMs: hourMs }));
  clock.advance(50 * minuteMs - 1);
  expect(session.events).toEqual([]);
  clock.advance(1);
  expect(session.events).toEqual([{ t: 'expiry_warning', id: orders, expiresAt }]);
  clock.advance(10 * minuteMs);
  expect(session.events.slice(1)).toEqual([{ t: 'intercept_ended', id: orders, reason: 'expired' }]);
  expect(registry.list()).toEqual([]);
  expect(ended).toEqual(['expired']);
});

test('an away intercept expires too', () => {
  const { registry, clock, ended } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice', { lifetimeMs: 2 * minuteMs }));
  registry.lose(session);
  clock.advance(2 * minuteMs);
  expect(ended).toEqual(['expired']);
});

test('only the own intercepts that match are removed, and their sessions learn it', () => {
  const { registry } = createBench();
  const [alice, bob] = [createSession('s1', 'alice'), createSession('s2', 'bob')];
  registry.register(alice, createSpec('alice'));
  registry.register(alice, createSpec('alice-2', { service: 'payments', port: 'http' }));
  registry.register(bob, createSpec('bob'));
  const ids = (filter: Parameters<Registry['remove']>[1]): readonly InterceptId[] => registry.remove('alice', filter).map(({ id }) => id);

  expect(ids({ service: parseServiceName('orders'), key: parseRoutingKey('bob'), all: false })).toEqual([]);
  expect(ids({ service: parseServiceName('orders'), all: false })).toEqual(['orders.http.alice']);
  expect(alice.events).toEqual([{ t: 'intercept_ended', id: orders, reason: 'removed' }]);
  expect(ids({ all: true })).toEqual(['payments.http.alice-2']);
  expect(registry.list()).toMatchObject([{ owner: 'bob' }]);
  expect(refusal(() => registry.remove('alice', { all: false })).code).toBe('bad_usage');
});

test("another session's intercept is not found", () => {
  const { registry } = createBench();
  registry.register(createSession('s1', 'alice'), createSpec('alice'));
  const other = createSession('s2', 'bob');
  expect(refusal(() => registry.unregister(other, orders)).code).toBe('intercept_not_found');
  expect(refusal(() => registry.renew(other, orders, undefined)).code).toBe('intercept_not_found');
});

test('one owner cannot fill the table [manager.interceptsPerOwner]', () => {
  const { registry } = createBench({ interceptsPerOwner: 2 });
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('a-1'));
  registry.register(session, createSpec('a-2'));
  expect(refusal(() => registry.register(session, createSpec('a-3'))).code).toBe('limit_reached');
  registry.register(session, createSpec('a-2'));
  registry.register(createSession('s2', 'bob'), createSpec('bob'));
});

test('who watches an intercept learns of loss, return and end, after the table was published', () => {
  const { registry, published } = createBench();
  const session = createSession('s1', 'alice');
  const seen: string[] = [];
  registry.register(session, createSpec('alice'));
  const stop = registry.watch(orders, () => void seen.push(`${registry.get(orders)?.link.t ?? 'ended'} ${published.length}`));
  registry.lose(session);
  registry.register(createSession('s2', 'alice'), createSpec('alice'));
  registry.remove('alice', { all: true });
  stop();
  registry.register(createSession('s3', 'alice'), createSpec('alice'));
  expect(seen).toEqual(['away 1', 'ready 2', 'ended 3']);
});
