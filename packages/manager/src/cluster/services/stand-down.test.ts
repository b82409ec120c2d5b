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
  using watched = watchStandDown(
    { clock, log: { ...silentLog, warn: note, info: note }, isLeading: () => true, namespace: 'shop' },
    lease,
    () => changes.push(watched.isAsked),
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

interface Watched extends Disposable {
  readonly records: AuditRecord[];
  lead(leading: boolean): void;
}

interface Scene {
  /** Opens another manager that watches the Lease. */
  watch(leading: boolean): Watched;
  /** Lets the Lease say something else, and every manager look. */
  say(note: string | undefined): void;
  /** Deletes the Lease, and lets every manager look. */
  lose(): void;
}

function openScene(seen = true): Scene {
  const clock = createFakeClock();
  const lease: { annotations: Record<string, string> | undefined } = { annotations: seen ? {} : undefined };
  return {
    watch(first) {
      let leading = first;
      const records: AuditRecord[] = [];
      const deps = { clock, log: silentLog, audit: { write: (record: AuditRecord) => void records.push(record) }, namespace: 'shop' };
      const watched = watchStandDown({ ...deps, isLeading: () => leading }, lease, () => {});
      return { records, lead: (now) => void (leading = now), [Symbol.dispose]: () => watched[Symbol.dispose]() };
    },
    say(note) {
      lease.annotations = note === undefined ? {} : { [drainAnnotation]: note };
      clock.advance(2_000);
    },
    lose() {
      lease.annotations = undefined;
      clock.advance(2_000);
    },
  };
}

const atMs = Date.parse('2030-01-01T06:00:00Z');
const byAda = toDrainText({ by: 'ada', reason: 'upgrade', atMs });
const byBob = toDrainText({ by: 'bob', reason: 'upgrade', atMs });

test('the leader records who drains the namespace, each change of that, and that it was taken back', () => {
  const { watch, say } = openScene();
  using leader = watch(true);
  using other = watch(false);
  for (const note of [byAda, byAda, byBob, toDrainText({ by: 'bob', reason: 'lunch', atMs }), undefined]) say(note);
  const because = (words: string): unknown => expect.stringContaining(words);
  expect(leader.records).toMatchObject([
    { action: 'drain_started', outcome: 'allowed', user: 'ada', proven: false, message: because('an end at 2030-01-01T06:00:00.000Z') },
    { action: 'drain_started', user: 'bob', message: because('bob: upgrade') },
    { action: 'drain_started', user: 'bob', message: because('bob: lunch') },
    { action: 'drain_undone', outcome: 'ended', user: 'unknown', proven: false, message: because('bob: lunch') },
  ]);
  expect(new Set(leader.records.map(({ id }) => id)).size).toBe(4);
  expect(other.records).toEqual([]);
});

test('whoever ends the term of the leader with the same write is recorded by the next one, and once', () => {
  const { watch, say } = openScene();
  using first = watch(false);
  using second = watch(false);
  say(byAda);
  expect([...first.records, ...second.records]).toEqual([]);
  second.lead(true);
  say(byAda);
  expect(second.records).toMatchObject([{ action: 'drain_started', user: 'ada' }]);
  // Should the first have thought that it leads: the same happening has the same id.
  first.lead(true);
  say(byAda);
  expect(first.records).toEqual(second.records);
  for (let count = 0; count < 40; count++) say(byAda);
  expect([first.records, second.records].map(({ length }) => length)).toEqual([1, 1]);
});

test.each([0, 30])('one that cannot be read is recorded each time that it comes, be it %i looks later', (looks) => {
  const { watch, say } = openScene();
  using leader = watch(true);
  for (let count = 0; count < 2; count++) {
    say('{"by":"ops"}');
    for (let look = 0; look <= looks; look++) say(undefined);
  }
  expect(leader.records.map(({ action }) => action)).toEqual(['drain_started', 'drain_undone', 'drain_started', 'drain_undone']);
  expect(new Set(leader.records.map(({ id }) => id)).size).toBe(4);
});

test('a Lease that is deleted, and comes back with a note, hides nothing', () => {
  const { watch, say, lose } = openScene();
  using leader = watch(true);
  lose();
  say(byAda);
  expect(leader.records).toMatchObject([{ action: 'drain_started', user: 'ada' }]);
});

test('a manager that starts in a drain does not record it again', () => {
  const { watch, say } = openScene(false);
  using later = watch(true);
  say(byAda);
  expect(later.records).toEqual([]);
  say(undefined);
  expect(later.records).toMatchObject([{ action: 'drain_undone' }]);
});
