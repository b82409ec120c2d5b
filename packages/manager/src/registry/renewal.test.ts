import { InterceptError, parseRoutingKey, parseServiceName, silentLog, toInterceptId, type EndReason } from '@switchyard/contract';
import type { Rule } from '@switchyard/route';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createSession, createSpec, limits, services } from '../../test/fakes.ts';
import { createCatalog } from './catalog.ts';
import { Registry } from './registry.ts';

const orders = toInterceptId(parseServiceName('orders'), 'http', parseRoutingKey('alice'));
const minuteMs = 60_000;
const hourMs = 3_600_000;

interface Bench {
  readonly registry: Registry;
  readonly clock: FakeClock;
  readonly published: (readonly Rule[])[];
  readonly ended: EndReason[];
}

function createBench(): Bench {
  const clock = createFakeClock();
  const published: (readonly Rule[])[] = [];
  const ended: EndReason[] = [];
  const registry = new Registry(
    {
      clock,
      log: silentLog,
      catalog: createCatalog(services),
      policy: { keyless: false, percent: false },
      publish: (rules) => void published.push(rules),
      onEnd: (reason) => void ended.push(reason),
      tell: () => {},
    },
    limits,
  );
  onTestFinished(() => registry[Symbol.dispose]());
  return { registry, clock, published, ended };
}

test('a renewal begins the lifetime again, at most the limit [manager.lifetimeMs]', () => {
  const { registry, clock, published } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice', { lifetimeMs: hourMs }));
  clock.advance(55 * minuteMs);
  const { expiresAt } = registry.renew(session, orders, 100 * hourMs);
  expect(expiresAt).toEqual(new Date(clock.date().getTime() + 8 * hourMs));
  expect(published).toHaveLength(1);
  clock.advance(8 * hourMs - 1);
  expect(registry.list()).toHaveLength(1);
  expect(session.events.map(({ t }) => t)).toEqual(['expiry_warning', 'expiry_warning']);
});

test('a renewal from elsewhere is told to the session, and gives one that is away no longer to come back', () => {
  const { registry, clock, ended } = createBench();
  const session = createSession('s1', 'alice');
  registry.register(session, createSpec('alice', { lifetimeMs: 2 * minuteMs }));
  const { expiresAt } = registry.renewOwn(orders, 3 * minuteMs);
  expect(expiresAt).toEqual(new Date(clock.date().getTime() + 3 * minuteMs));
  expect(session.events).toEqual([{ t: 'intercept_renewed', id: orders, expiresAt }]);
  registry.lose(session);
  registry.renewOwn(orders, 8 * hourMs);
  clock.advance(5 * minuteMs);
  expect(ended).toEqual(['session_gone']);
  expect(() => registry.renewOwn(orders, undefined)).toThrow(InterceptError);
});
