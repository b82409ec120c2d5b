import { silentLog, type AuditRecord } from '@switchyard/contract';
import type { Usage } from '@switchyard/router';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSession, createSpec, limits, services } from '../../test/fakes.ts';
import { createCatalog } from '../registry/catalog.ts';
import { Registry } from '../registry/registry.ts';
import { createRegistryTrail } from './registry-trail.ts';

test('each intercept is one record when it begins, when it is renewed and when it ends, with what passed', () => {
  const clock = createFakeClock();
  const records: AuditRecord[] = [];
  const usage = new Map<string, Usage>();
  const tell = createRegistryTrail({
    audit: { write: (record) => void records.push(record) },
    find: (id) => registry.get(id),
    usage: () => ({ usageOf: (id) => usage.get(id), forget: (id) => void usage.delete(id) }),
    proven: true,
  });
  const policy = { keyless: false, percent: false };
  const deps = { clock, log: silentLog, catalog: createCatalog(services), policy, publish: () => {}, onEnd: () => {}, tell };
  using registry: Registry = new Registry(deps, limits);

  const first = createSession('one', 'alice', 'process-1', { remoteAddress: '10.0.0.7' });
  const { id } = registry.register(first, createSpec('alice', { lifetimeMs: 3_600_000 }));
  registry.lose(first);
  const second = createSession('two', 'alice', 'process-1');
  registry.register(second, createSpec('alice'));
  clock.advance(1_000);
  registry.renew(second, id, 3_600_000);
  usage.set(id, { requests: 3, bytesIn: 30, bytesOut: 300, lastMs: 0 });
  clock.advance(3_600_000);

  expect(records.map(({ action, session }) => [action, session])).toEqual([
    ['intercept_created', 'one'],
    ['intercept_renewed', 'two'],
    ['intercept_ended', 'two'],
  ]);
  expect(records[0]).toMatchObject({
    user: 'alice',
    proven: true,
    client: 'alices-laptop',
    address: '10.0.0.7',
    service: 'orders',
    port: 'http',
    key: 'alice',
  });
  expect(records[2]).toMatchObject({ outcome: 'ended', reason: 'expired', usage: { requests: 3, bytesIn: 30, bytesOut: 300 } });
  expect(usage.size).toBe(0);
});
