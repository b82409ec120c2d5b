import { silentLog, type ManagerEvent } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSession, createSpec, limits, services } from '../../test/fakes.ts';
import { createCatalog } from '../registry/catalog.ts';
import { Registry } from '../registry/registry.ts';

test('everything that becomes of an intercept is told, in the order in which it happens', () => {
  const clock = createFakeClock();
  const told: Pick<ManagerEvent, 'type' | 'owner' | 'reason' | 'message'>[] = [];
  using registry = new Registry(
    {
      clock,
      log: silentLog,
      catalog: createCatalog(services),
      policy: { keyless: false, percent: false },
      publish: () => {},
      onEnd: () => {},
      tell: ({ type, owner, reason, message }) => void told.push({ type, owner, ...(reason === undefined ? {} : { reason }), message }),
    },
    limits,
  );
  const first = createSession('one', 'alice', 'process-1');
  const { id } = registry.register(first, createSpec('alice', { lifetimeMs: 3_600_000 }));
  registry.lose(first);
  const second = createSession('two', 'alice', 'process-1');
  registry.register(second, createSpec('alice'));
  registry.renew(second, id, 1_800_000);
  clock.advance(1_200_000);
  clock.advance(600_000);
  expect(told.map(({ type, reason }) => [type, reason])).toEqual([
    ['intercept_created', undefined],
    ['intercept_away', undefined],
    ['intercept_back', undefined],
    ['intercept_changed', undefined],
    ['intercept_expiring', undefined],
    ['intercept_ended', 'expired'],
  ]);
  expect(told.every(({ owner, message }) => owner === 'alice' && /^[^\n]*"alice" on orders[^\n]*\.$/.test(message))).toBe(true);
});
