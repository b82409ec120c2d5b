import { InterceptError, silentLog, type LogFields } from '@switchyard/contract';
import { createFakeClock, openFakeKubernetes, until, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeClient } from '../client.ts';
import { kubeLimits } from '../limits.ts';
import { openKubeClient } from '../open-client.ts';
import { leases, type Lease } from '../resources/core.ts';
import { openLease, type LeaseHolder } from './open-lease.ts';

const name = 'switchyard-manager';
const durationMs = kubeLimits.leaseMs.value;

/** What befalls the calls of one holder. */
type Trouble = 'none' | 'away' | 'answer_lost' | 'hangs';

/** Somebody who wants the lease, with a clock and a link of its own. */
interface Runner {
  readonly clock: FakeClock;
  readonly holder: LeaseHolder;
  readonly changes: readonly boolean[];
  readonly link: { trouble: Trouble };
}

interface Race extends AsyncDisposable {
  readonly fake: FakeKubernetes;
  /** Somebody else comes, whose wall clock is off by `skewMs`. */
  join(identity: string, skewMs?: number): Promise<Runner>;
  /** Lets time pass for one, and everything come to rest. */
  pass(runner: Runner, ms: number): Promise<void>;
  /** Lets time pass for all, in small steps. */
  passAll(ms: number): Promise<void>;
  /** Everything came to rest. */
  rest(): Promise<void>;
}

async function openRace(): Promise<Race> {
  const fake = await openFakeKubernetes();
  const client = await openKubeClient({ clock: createFakeClock(), log: silentLog }, { kubeconfig: fake.kubeconfig });
  const runners: Runner[] = [];
  let started = 0;
  let underWay = 0;

  const troubled = (link: { readonly trouble: Trouble }): KubeClient => {
    const through = async <T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
      const { trouble } = link;
      const lost = new InterceptError('cluster_unavailable', 'The link is broken.');
      if (trouble === 'away') throw lost;
      if (trouble === 'hangs') {
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(lost));
        });
      }
      started += 1;
      underWay += 1;
      try {
        const result = await call();
        if (trouble === 'answer_lost') throw lost;
        return result;
      } finally {
        underWay -= 1;
      }
    };
    return {
      ...client,
      get: (type, of, options) => through(() => client.get(type, of), options?.signal),
      create: (type, object, options) => through(() => client.create(type, object), options?.signal),
      patch: (type, of, patch, options) => through(() => client.patch(type, of, patch), options?.signal),
    };
  };
  const rest = async (): Promise<void> => {
    for (let quietTurns = 0; quietTurns < 3; quietTurns++) {
      const before = started;
      await new Promise(setImmediate);
      await until(() => underWay === 0);
      if (started !== before) quietTurns = -1;
    }
  };
  const pass = async ({ clock }: Runner, ms: number): Promise<void> => {
    clock.advance(ms);
    await rest();
  };

  return {
    fake,
    join: async (identity, skewMs = 0) => {
      const clock = createFakeClock();
      const skewed = { ...clock, date: () => new Date(clock.date().getTime() + skewMs) };
      const changes: boolean[] = [];
      const link = { trouble: 'none' as Trouble };
      const calls = troubled(link);
      const holder = openLease(
        { clock: skewed, log: silentLog, client: calls },
        { name, identity, onChange: (leading) => void changes.push(leading) },
      );
      const runner: Runner = { clock, holder, changes, link };
      runners.push(runner);
      await rest();
      return runner;
    },
    pass,
    passAll: async (ms) => {
      for (let passed = 0; passed < ms; passed += 500) for (const runner of runners) await pass(runner, 500);
    },
    rest,
    async [Symbol.asyncDispose]() {
      for (const runner of runners) {
        runner.link.trouble = 'none';
        const released = runner.holder.release();
        runner.clock.advance(kubeLimits.leaseCallMs.value);
        await released;
      }
      expect(runners.map(({ clock }) => clock.pending)).toEqual(runners.map(() => 0));
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

function read(fake: FakeKubernetes): Lease | undefined {
  return fake.get(leases, name);
}

test('the first takes it and keeps it, the second waits [kube.leaseMs]', async () => {
  await using race = await openRace();
  const first = await race.join('a');
  const second = await race.join('b');
  expect([first.holder.leading, second.holder.leading]).toEqual([true, false]);
  expect(read(race.fake)?.spec).toEqual({
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2030-01-01T00:00:00.000000Z',
    renewTime: '2030-01-01T00:00:00.000000Z',
    leaseTransitions: 0,
  });
  await race.passAll(60_000);
  expect([first.holder.leading, second.holder.leading]).toEqual([true, false]);
  expect([first.changes, second.changes]).toEqual([[true], []]);
  expect(read(race.fake)?.spec.renewTime).toBe('2030-01-01T00:01:00.000000Z');
});

test('released, the next one leads after its next look [kube.leaseRenewMs]', async () => {
  await using race = await openRace();
  const first = await race.join('a');
  const second = await race.join('b');
  await first.holder.release();
  expect(first.changes).toEqual([true, false]);
  expect(read(race.fake)?.spec.holderIdentity).toBeUndefined();
  await race.pass(second, 2000);
  expect(second.holder.leading).toBe(true);
  expect(read(race.fake)?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
});

test('who waits and releases changes nothing', async () => {
  await using race = await openRace();
  const first = await race.join('a');
  const second = await race.join('b');
  const before = read(race.fake);
  await second.holder.release();
  expect(read(race.fake)).toEqual(before);
  expect(first.holder.leading).toBe(true);
});

test.each<Trouble>(['away', 'hangs', 'answer_lost'])(
  'a leader that cannot renew (%s) steps down before another leads [kube.leaseMarginMs] [kube.leaseCallMs]',
  async (trouble) => {
    await using race = await openRace();
    const first = await race.join('a');
    const second = await race.join('b');
    await race.passAll(4000);
    first.link.trouble = trouble;
    // Its renewals still count for others where only the answers are lost.
    let bothLed = false;
    let steppedDown = 0;
    for (let passed = 0; passed < 60_000 && !second.holder.leading; passed += 500) {
      await race.passAll(500);
      if (first.holder.leading && second.holder.leading) bothLed = true;
      if (!first.holder.leading && steppedDown === 0) steppedDown = passed + 500;
      if (steppedDown > 0 && trouble === 'answer_lost') first.link.trouble = 'away';
    }
    expect(bothLed).toBe(false);
    expect(second.holder.leading).toBe(true);
    expect(steppedDown).toBeLessThanOrEqual(durationMs - kubeLimits.leaseMarginMs.value);
    first.link.trouble = 'none';
    await race.passAll(10_000);
    expect([first.holder.leading, second.holder.leading]).toEqual([false, true]);
  },
);

test.each([-3_600_000, 3_600_000])('wall clocks that disagree by %i ms make nobody lead early', async (skewMs) => {
  await using race = await openRace();
  const first = await race.join('a');
  const second = await race.join('b', skewMs);
  await race.passAll(20_000);
  expect([first.holder.leading, second.holder.leading]).toEqual([true, false]);
  first.link.trouble = 'away';
  await race.passAll(durationMs - 3000);
  expect(second.holder.leading).toBe(false);
  await race.passAll(6000);
  expect(second.holder.leading).toBe(true);
});

test('annotations are seen, and who writes one does not end the leadership', async () => {
  await using race = await openRace();
  const first = await race.join('a');
  const second = await race.join('b');
  const lease = read(race.fake);
  if (lease === undefined) throw new Error('there is no lease');
  race.fake.put({ ...lease, metadata: { ...lease.metadata, annotations: { wish: 'stand-down' } } });
  await race.passAll(2000);
  expect([first.holder.annotations, second.holder.annotations]).toEqual([{ wish: 'stand-down' }, { wish: 'stand-down' }]);
  await race.passAll(20_000);
  expect(first.changes).toEqual([true]);
  expect(read(race.fake)?.metadata.annotations).toEqual({ wish: 'stand-down' });
});

test('a lease that somebody took or deleted is left at the next renewal', async () => {
  await using race = await openRace();
  const { holder, changes, clock } = await race.join('a');
  const lease = read(race.fake);
  if (lease === undefined) throw new Error('there is no lease');
  race.fake.put({ ...lease, spec: { ...lease.spec, holderIdentity: 'somebody' } });
  clock.advance(2000);
  await race.rest();
  expect(holder.leading).toBe(false);
  race.fake.remove(lease);
  await race.passAll(4000);
  expect(changes).toEqual([true, false, true]);
  race.fake.remove(lease);
  await race.passAll(4000);
  expect(changes).toEqual([true, false, true, false, true]);
});

test('a lease that is missing and that may not be made is said once', async () => {
  const kubernetes = await openFakeKubernetes();
  await using _ = kubernetes;
  const clock = createFakeClock();
  const lines: unknown[] = [];
  const log = { ...silentLog, warn: (event: string, fields?: LogFields) => void lines.push([event, fields?.['code']]) };
  await using client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  let looks = 0;
  kubernetes.refuse = ({ method }) => {
    if (method === 'GET') looks++;
    return method === 'POST' ? 403 : undefined;
  };
  await using holder = openLease({ clock, log, client }, { name, identity: 'a', onChange: () => {} });
  const passUntil = (condition: () => boolean): Promise<unknown> =>
    until(() => {
      clock.advance(100);
      return condition();
    });
  await passUntil(() => looks > 3);
  expect([holder.leading, ...lines]).toEqual([false, ['lease_missing', 'not_allowed']]);
  kubernetes.refuse = () => undefined;
  await passUntil(() => holder.leading);
  expect(lines).toHaveLength(1);
});

test('of two who find no lease one leads', async () => {
  await using race = await openRace();
  race.fake.refuse = ({ method }) => {
    // Both have looked before either writes.
    if (method !== 'POST') return undefined;
    race.fake.refuse = () => undefined;
    race.fake.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name },
      spec: { holderIdentity: 'x', leaseDurationSeconds: 15 },
    });
    return undefined;
  };
  const { holder, clock } = await race.join('a');
  expect(holder.leading).toBe(false);
  clock.advance(2000);
  await race.rest();
  expect(holder.leading).toBe(false);
});

test('there are never two leaders, whatever befalls their links and clocks', { timeout: 60_000 }, async () => {
  const trouble = fc.constantFrom<Trouble>('none', 'none', 'away', 'answer_lost', 'hangs');
  const span = fc.record({ first: trouble, second: trouble, steps: fc.integer({ min: 1, max: 40 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 6 }), fc.constantFrom(0.9, 1, 1.1), async (spans, speed) => {
      await using race = await openRace();
      const first = await race.join('a');
      const second = await race.join('b', 120_000);
      for (const { first: firstTrouble, second: secondTrouble, steps } of spans) {
        first.link.trouble = firstTrouble;
        second.link.trouble = secondTrouble;
        for (let step = 0; step < steps; step++) {
          await race.pass(first, 500);
          expect(first.holder.leading && second.holder.leading).toBe(false);
          await race.pass(second, 500 * speed);
          expect(first.holder.leading && second.holder.leading).toBe(false);
        }
      }
    }),
    { numRuns: 20 },
  );
});
