import { InterceptError, parseServiceName, silentLog } from '@switchyard/contract';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { rightLimits } from '../../limits.ts';
import type { RightHolder } from './right.ts';
import { RightWatch } from './right-watch.ts';

type Answer = boolean | InterceptError;

interface TestWatch {
  readonly watch: RightWatch;
  readonly clock: FakeClock;
  /** The questions so far, as `OWNER SERVICE`. */
  readonly asked: string[];
  /** What the API server says from now on. */
  answer(next: Answer): void;
  readonly changes: () => number;
  /** Lets what was answered arrive. */
  settled(): Promise<void>;
}

function createWatch(first: Answer | 'never' = true): TestWatch {
  const clock = createFakeClock();
  const asked: string[] = [];
  let answer = first;
  let changes = 0;
  const watch = new RightWatch({
    clock,
    log: silentLog,
    review: async ({ who, verb, resource, name }) => {
      expect([verb, resource]).toEqual(['intercept', 'services']);
      asked.push(`${who.user} ${name}`);
      if (answer === 'never') return await new Promise<never>(() => {});
      if (answer instanceof InterceptError) throw answer;
      return answer;
    },
    onChange: () => void changes++,
  });
  onTestFinished(() => {
    watch[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { watch, clock, asked, answer: (next) => void (answer = next), changes: () => changes, settled };
}

function holder(owner: string, service = 'orders', groups: readonly string[] | undefined = ['devs']): RightHolder {
  return { owner, groups, service: parseServiceName(service) };
}

const away = new InterceptError('cluster_unavailable', 'It is away.');
const alice = holder('alice');

test('one question for all intercepts of an owner at a service, whatever the order of the groups', async () => {
  const { watch, asked, settled, changes } = createWatch();
  watch.follow([holder('alice', 'orders', ['a', 'b']), holder('alice', 'orders', ['b', 'a']), holder('alice', 'web', ['a', 'b'])]);
  expect(watch.of(holder('alice', 'orders', ['a', 'b']))).toBe('unknown');
  await settled();
  expect(asked).toEqual(['alice orders', 'alice web']);
  expect(watch.of(holder('alice', 'orders', ['b', 'a']))).toBe('granted');
  expect(changes()).toBe(2);
});

test('a right that is taken back is noticed after 30 s [manager.rightRecheckMs]', async () => {
  const { watch, clock, asked, answer, settled, changes } = createWatch();
  watch.follow([alice]);
  await settled();
  answer(false);
  clock.advance(29_999);
  await settled();
  expect(asked).toHaveLength(1);
  clock.advance(1);
  await settled();
  expect(watch.of(alice)).toBe('lost');
  expect(changes()).toBe(2);
  answer(true);
  clock.advance(30_000);
  await settled();
  expect(watch.of(alice)).toBe('granted');
});

test('nobody is asked about any more who has no intercept', async () => {
  const { watch, clock, asked, settled } = createWatch();
  watch.follow([alice]);
  await settled();
  watch.follow([]);
  clock.advance(60_000);
  await settled();
  expect(asked).toHaveLength(1);
  expect(watch.of(alice)).toBe('unknown');
  expect(clock.pending).toBe(0);
});

test('so many questions at a time, and the others after them [manager.rightReviews]', async () => {
  const { watch, asked, settled } = createWatch('never');
  watch.follow(Array.from({ length: 20 }, (_, index) => holder(`user-${index}`)));
  await settled();
  expect(asked).toHaveLength(8);
});

test('while the API server is away what was known stands, and one that was never known too [manager.rightRestMs]', async () => {
  const { watch, clock, asked, answer, settled } = createWatch(true);
  const bob = holder('bob');
  watch.follow([alice]);
  await settled();
  answer(away);
  clock.advance(30_000);
  watch.follow([alice, bob]);
  await settled();
  expect([watch.of(alice), watch.of(bob)]).toEqual(['granted', 'granted']);
  const before = asked.length;
  clock.advance(4_999);
  await settled();
  expect(asked).toHaveLength(before);
  answer(false);
  clock.advance(1);
  await settled();
  expect([watch.of(alice), watch.of(bob)]).toEqual(['lost', 'lost']);
});

test('what is lost stays lost while the API server is away', async () => {
  const { watch, clock, answer, settled } = createWatch(false);
  watch.follow([alice]);
  await settled();
  answer(away);
  clock.advance(30_000);
  await settled();
  expect(watch.of(alice)).toBe('lost');
});

test('one question that is refused for itself does not keep the others waiting', async () => {
  const { watch, clock, asked, answer, settled } = createWatch(new InterceptError('cluster_refused', 'The user is too odd.'));
  watch.follow([alice]);
  await settled();
  answer(true);
  watch.follow([alice, holder('bob')]);
  await settled();
  expect(asked).toEqual(['alice orders', 'bob orders']);
  expect(watch.of(holder('bob'))).toBe('granted');
  clock.advance(5_000);
  await settled();
  expect(asked).toHaveLength(3);
});

test('an object without groups says too little to take a right away that may come from one', async () => {
  const { watch, clock, answer, settled } = createWatch(false);
  const old = { ...holder('carol'), groups: undefined };
  watch.follow([old, holder('carol', 'orders', [])]);
  await settled();
  expect([watch.of(old), watch.of(holder('carol', 'orders', []))]).toEqual(['unverifiable', 'lost']);
  // It came from the name alone, and so its loss can be seen.
  answer(true);
  clock.advance(30_000);
  await settled();
  answer(false);
  clock.advance(30_000);
  await settled();
  expect(watch.of(old)).toBe('lost');
});

test('who waits for a right is answered when the manager stops', async () => {
  const { watch } = createWatch(away);
  watch[Symbol.dispose]();
  await watch.settle(alice);
  expect(watch.of(alice)).toBe('unknown');
});

test('many who wait at once are asked about some at a time, and before all others; nobody waits for an API server that is away', async () => {
  const { watch, asked, answer, settled, clock } = createWatch('never');
  const { rightReviews, rightRestMs } = rightLimits;
  watch.follow(Array.from({ length: 20 }, (_, index) => holder(`first-${index}`)));
  const waiting = Array.from({ length: 30 }, (_, index) => watch.settle(holder(`agent-${index}`)));
  await settled();
  expect(asked).toHaveLength(rightReviews.value);

  const { watch: other, asked: order, answer: say, settled: done } = createWatch(away);
  other.follow(Array.from({ length: 20 }, (_, index) => holder(`first-${index}`)));
  await Promise.all(Array.from({ length: 30 }, (_, index) => other.settle(holder(`agent-${index}`))));
  await other.settle(holder('late'));
  expect(order.length).toBeLessThanOrEqual(rightReviews.value);
  expect(other.of(holder('late'))).toBe('granted');
  say(true);
  await done();
  expect(waiting).toHaveLength(30);
  answer(true);
  clock.advance(rightRestMs.value);
});

test('whoever waits comes before those who are only followed', async () => {
  const { watch, asked, settled } = createWatch();
  watch.follow(Array.from({ length: 20 }, (_, index) => holder(`first-${index}`)));
  await watch.settle(holder('agent'));
  expect(asked.indexOf('agent orders')).toBeLessThanOrEqual(rightLimits.rightReviews.value);
  await settled();
});
