import { silentLog, type AuditRecord } from '@switchyard/contract';
import { drainAnnotation, standDownAnnotation, toDrainText } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { watchStandDown } from './stand-down.ts';

test('whether to stand down is what the Lease says now; each change is told and logged once [manager.standDownMs]', () => {
  const clock = createFakeClock();
  const lease: { annotations: Record<string, string> } = { annotations: {} };
  const lines: string[] = [];
  const note = (event: string): void => void lines.push(event);
  const changes: boolean[] = [];
  using watched = watchStandDown({ clock, log: { ...silentLog, warn: note, info: note }, isLeading: () => true }, lease, () =>
    changes.push(watched.isAsked),
  );
  for (const [asked, before, after] of [
    [false, 0, 0],
    [true, 0, 1],
    [true, 1, 1],
    [false, 1, 2],
  ] as const) {
    lease.annotations = asked ? { [standDownAnnotation]: 'true' } : { other: 'note' };
    clock.advance(999);
    expect(changes).toHaveLength(before);
    clock.advance(1);
    expect(changes).toHaveLength(after);
  }
  expect(changes).toEqual([true, false]);
  expect(lines).toEqual(['standing_down', 'stand_down_ended']);
});

test('the leader records who drains the namespace, each change of that, and that it was taken back', () => {
  const clock = createFakeClock();
  const lease: { annotations: Record<string, string> } = { annotations: {} };
  const watch = (leading: boolean): { readonly records: AuditRecord[] } & Disposable => {
    const records: AuditRecord[] = [];
    const audit = { write: (record: AuditRecord): void => void records.push(record) };
    const watched = watchStandDown({ clock, log: silentLog, audit, isLeading: () => leading }, lease, () => {});
    return { records, [Symbol.dispose]: () => watched[Symbol.dispose]() };
  };
  using leader = watch(true);
  using other = watch(false);
  const say = (annotations: Record<string, string>): void => {
    lease.annotations = annotations;
    clock.advance(2_000);
  };
  const atMs = clock.date().getTime() + 60_000;
  say({ [drainAnnotation]: toDrainText({ by: 'ada', reason: 'upgrade', atMs }) });
  say({ [drainAnnotation]: toDrainText({ by: 'ada', reason: 'upgrade', atMs }) });
  say({ [drainAnnotation]: toDrainText({ by: 'bob', reason: 'upgrade', atMs }) });
  say({});
  const at = new Date(atMs).toISOString();
  expect(leader.records).toMatchObject([
    { action: 'drain_started', outcome: 'allowed', user: 'ada', proven: false, message: expect.stringContaining(at) as string },
    { action: 'drain_started', user: 'bob', message: expect.stringContaining('upgrade') as string },
    { action: 'drain_undone', outcome: 'ended', proven: false, message: expect.stringContaining('bob') as string },
  ]);
  expect(new Set(leader.records.map(({ id }) => id)).size).toBe(3);
  expect(other.records).toEqual([]);
});
