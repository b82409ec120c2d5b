import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  silentLog,
  type InterceptSpec,
  type Match,
  type MatchPolicy,
} from '@switchyard/contract';
import { toMatchId, type Rule } from '@switchyard/route';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createSession, createSpec, limits, services } from '../../test/fakes.ts';
import { createCatalog } from './catalog.ts';
import { Registry } from './registry.ts';

interface Bench {
  readonly registry: Registry;
  readonly clock: FakeClock;
  /** The newest rules. */
  readonly rules: () => readonly Rule[];
}

/** A registry, `ageMs` after its start: long enough for everybody to be back, unless said otherwise. */
function createBench(policy: MatchPolicy = { keyless: false, percent: false }, ageMs: number = limits.awayLifetimeMs): Bench {
  const clock = createFakeClock();
  let rules: readonly Rule[] = [];
  const publish = (published: readonly Rule[]): void => void (rules = published);
  const registry = new Registry(
    { clock, log: silentLog, catalog: createCatalog(services), policy, publish, onEnd: () => {}, tell: () => {} },
    limits,
  );
  clock.advance(ageMs);
  onTestFinished(() => registry[Symbol.dispose]());
  return { registry, clock, rules: () => rules };
}

function refusal(act: () => unknown): Pick<InterceptError, 'code' | 'message' | 'hint'> {
  try {
    act();
  } catch (error) {
    if (error instanceof InterceptError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('was not refused');
}

const blue: Match = [[{ t: 'header', name: 'x-team', text: { t: 'exact', value: 'blue' } }]];
const share: Match = [[{ t: 'percent', percent: 10 }]];
const everything = { keyless: true, percent: true };

/** A spec of the key alice on one of payments' ports. */
function onPayments(changes: Partial<InterceptSpec> = {}, port = 'http'): InterceptSpec {
  return { ...createSpec('alice', { service: 'payments', port }), ...changes };
}

function keyless(match: Match = blue): InterceptSpec {
  return { ...createSpec('unused'), key: undefined, match };
}

test('what is asked for beside the key reaches the rules and everybody who lists', () => {
  const { registry, rules } = createBench();
  const match: Match = [[{ t: 'header', name: 'X-Team', text: { t: 'present' } }]];
  const info = registry.register(createSession('s1', 'alice'), { ...createSpec('alice'), match, sharedWith: ['bob'] });
  const checked: Match = [[{ t: 'header', name: 'x-team', text: { t: 'present' } }]];
  expect(info).toMatchObject({ id: 'orders.http.alice', match: checked, sharedWith: ['bob'], joins: false });
  expect(rules()).toMatchObject([{ key: 'alice', match: checked }]);
  expect(registry.list()).toEqual([info]);
});

test('the same process asks for something else: that holds from now on, and it is the same intercept', () => {
  const { registry, rules } = createBench();
  const session = createSession('s1', 'alice');
  const before = registry.register(session, createSpec('alice'));
  expect(registry.register(session, { ...createSpec('alice'), match: blue })).toEqual({ ...before, match: blue });
  expect(rules()).toMatchObject([{ id: 'orders.http.alice', match: blue }]);
});

test('an intercept without a key is named by what it matches, and there is one of each', () => {
  const { registry } = createBench(everything);
  const info = registry.register(createSession('s1', 'alice'), keyless());
  expect(info).toMatchObject({ id: `orders.http.match.${toMatchId(blue)}`, key: undefined, match: blue });
  expect(refusal(() => registry.register(createSession('s2', 'bob'), keyless()))).toEqual({
    code: 'route_conflict',
    message: 'This match on orders is already intercepted by alice (alices-laptop) since 00:05 UTC.',
    hint: 'Match something else, or ask alice to stop.',
  });
  registry.register(createSession('s2', 'bob'), keyless(share));
  expect(registry.remove('alice', { keyless: true, all: false })).toEqual([info]);
  expect(registry.list()).toMatchObject([{ owner: 'bob' }]);
});

test.for<[string, MatchPolicy, InterceptSpec, string, RegExp, RegExp]>([
  ['no key', { keyless: false, percent: true }, keyless(), 'not_allowed', /"manager.yaml" .* only with a key/, /\{ keyless: true \}/],
  ['a share', { keyless: true, percent: false }, keyless(share), 'not_allowed', /goes by percent/, /\{ percent: true \}/],
  [
    'a share with a key',
    { keyless: true, percent: false },
    { ...createSpec('alice'), match: [...blue, ...share] },
    'not_allowed',
    /a share/,
    /percent/,
  ],
  ['neither key nor condition', everything, keyless([]), 'bad_usage', /every request/, /key or a condition/],
  ['no expression', everything, keyless([[{ t: 'path', text: { t: 'regex', value: '(' } }]]), 'bad_usage', /./, /./],
])('%s is refused, and nothing is published', ([, policy, spec, code, message, hint]) => {
  const { registry, rules } = createBench(policy);
  expect(refusal(() => registry.register(createSession('s1', 'alice'), spec))).toEqual({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
  expect(rules()).toEqual([]);
});

test('a key is used by two owners where one shares it and the other joins; who does not is told what to ask for', () => {
  const { registry } = createBench();
  registry.register(createSession('s1', 'alice'), { ...createSpec('alice'), sharedWith: ['bob'] });
  const bob = createSession('s2', 'bob');
  expect(refusal(() => registry.register(bob, onPayments()))).toEqual({
    code: 'route_conflict',
    message: 'The key "alice" belongs to alice (alices-laptop), who intercepts orders with it since 00:05 UTC.',
    hint: 'alice shares it with you: say --join to take part, or use another key (--key).',
  });
  registry.register(bob, onPayments({ joins: true }));
  expect(refusal(() => registry.register(createSession('s3', 'carol'), onPayments({ joins: true }, 'grpc'))).hint).toBe(
    'Use another key (--key), or ask alice to share it with you (--share-with) and then say --join.',
  );
  // The very route is nobody else's, shared or not.
  expect(refusal(() => registry.register(bob, { ...createSpec('alice'), joins: true })).message).toMatch(/already intercepted by alice/);
});

test('when its holder leaves, a key belongs to the oldest who remains, who joined stays, and only the new holder shares it', () => {
  const { registry, clock } = createBench();
  const alice = createSession('s1', 'alice');
  registry.register(alice, { ...createSpec('alice'), sharedWith: ['*'] });
  clock.advance(1_000);
  const joined = registry.register(createSession('s2', 'bob'), onPayments({ joins: true, sharedWith: ['carol'] }));
  registry.leave(alice);
  expect(registry.list()).toEqual([joined]);

  expect(refusal(() => registry.register(createSession('s3', 'dave'), createSpec('alice'))).message).toMatch(
    /^The key "alice" belongs to bob/,
  );
  expect(refusal(() => registry.register(createSession('s3', 'dave'), { ...createSpec('alice'), joins: true })).message).toMatch(/bob/);
  expect(refusal(() => registry.register(alice, { ...createSpec('alice'), sharedWith: ['*'] })).message).toMatch(/bob/);
  registry.register(createSession('s4', 'carol'), { ...createSpec('alice'), joins: true });
  expect(registry.list().map(({ owner }) => owner)).toEqual(['bob', 'carol']);
});

test('after a restart who joined waits for the owner of the key, who would find it taken', () => {
  const { registry, clock } = createBench(undefined, 0);
  const bob = createSession('s1', 'bob');
  const early = refusal(() => registry.register(bob, onPayments({ joins: true })));
  // Agents try again after this code.
  expect(early.code).toBe('developer_offline');
  registry.register(createSession('s2', 'alice'), { ...createSpec('alice'), sharedWith: ['bob'] });
  registry.register(bob, onPayments({ joins: true }));
  expect(registry.list().map(({ owner }) => owner)).toEqual(['alice', 'bob']);

  clock.advance(limits.awayLifetimeMs);
  const own = { ...createSpec('carol', { service: 'payments', port: 'grpc' }), key: parseRoutingKey('carol'), joins: true };
  expect(registry.register(createSession('s3', 'carol'), own).service).toBe(parseServiceName('payments'));
});
