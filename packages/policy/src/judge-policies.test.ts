import type { Condition, Match } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { admit, allowsBehindNetworkPolicy, dependsOnTime, judgePolicies, type PolicyQuestion } from './judge-policies.ts';
import { readPolicy } from './read-policy.ts';
import type { Policy } from './policy.ts';
import type { Asked } from './question.ts';

const alice = { user: 'alice@shop.example', groups: ['team-blue'] };
const blue = [{ kind: 'Group', name: 'team-blue' }];
const monday = new Date('2030-01-07T10:00:00Z');

const header: Condition = { t: 'header', name: 'x-team', text: { t: 'exact', value: 'blue' } };
const path = (value: string): Condition => ({ t: 'path', text: { t: 'prefix', value } });
const percent: Condition = { t: 'percent', percent: 10 };
const keyless = (...conditions: readonly Condition[]): Partial<Asked> => ({ key: undefined, match: [conditions] });

function ask(asked: Partial<Asked> = {}, changes: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    asked: { service: 'orders', port: 'http', key: 'alice', match: [], target: 'Tunnel', lifetimeMs: undefined, ...asked },
    person: alice,
    circumstances: { at: monday, approved: false },
    ...changes,
  };
}

function policy(name: string, spec: object): Policy {
  const read = readPolicy(name, { subjects: blue, services: ['orders'], ...spec });
  expect(read).toMatchObject({ t: 'sound' });
  return read;
}

/** What is said: the policies that allow it, or rule and sentence. */
function judge(policies: readonly Policy[], question = ask()): string {
  const ruling = judgePolicies(policies, question);
  if (ruling.allowed) return ruling.allowances.map(({ policy: name }) => name ?? '(none)').join(' ');
  expect(ruling.hint).toMatch(/\.$/);
  return `${ruling.rule}: ${ruling.message}`;
}

test.for<[string, Partial<Asked>, string]>([
  ['a key', {}, '(none)'],
  ['a key with conditions, which only narrow', { match: [[header, path('/orders')]] }, '(none)'],
  ['no key', keyless(header), 'default: No policy of this namespace allows an intercept without a key of orders, '],
  ['no key and one of two alternatives that takes all', { key: undefined, match: [[header], [path('/')]] }, 'an intercept of all requests'],
  ['nothing at all', { key: undefined, match: [] }, 'an intercept of all requests'],
  ['a share', { match: [[percent]] }, 'an intercept of a share of the requests'],
])('without a policy: %s', ([, asked, expected]) => {
  expect(judge([], ask(asked))).toContain(expected);
});

test('a policy for others, or for other services, says nothing', () => {
  const others = [
    policy('red', { subjects: [{ kind: 'User', name: 'bob' }], modes: [] }),
    policy('pay', { services: ['payments'], modes: [] }),
  ];
  expect(judge(others)).toBe('(none)');
});

test('who is selected has what is granted, and nothing else', () => {
  const byHeader = policy('team-blue', { matchKinds: ['Header'] });
  expect(judge([byHeader], ask(keyless(header)))).toBe('team-blue');
  expect(judge([byHeader])).toBe('matchKinds: The policy "team-blue" allows no intercepts of orders with a key.');
  expect(judge([byHeader], ask(keyless(header, path('/x'))))).toBe(
    'matchKinds: The policy "team-blue" allows keyless intercepts of orders only by header, and this one goes by path.',
  );
  expect(judge([policy('none', { modes: [] })])).toContain('modes: The policy "none" does not allow orders to be intercepted at all.');
});

test('grants add up, and one has to allow all of it', () => {
  const byHeader = policy('a-header', { matchKinds: ['Header'] });
  const byPath = policy('b-path', { matchKinds: ['Path'] });
  const byKey = policy('c-key', {});
  expect(judge([byHeader, byPath, byKey])).toBe('c-key');
  expect(judge([byHeader, byPath], ask(keyless(path('/x'))))).toBe('b-path');
  expect(judge([byHeader, byPath], ask(keyless(header, path('/x'))))).toContain(
    '; another policy that selects you does not allow it either.',
  );
});

test('all requests are more than a condition: they need their mode', () => {
  const byPath = policy('p', { matchKinds: ['Path'] });
  expect(judge([byPath], ask(keyless(path('/'))))).toBe('modes: The policy "p" does not allow all requests of orders to be taken.');
  expect(judge([policy('p', { matchKinds: ['Path'], modes: ['Intercept', 'Replace'] })], ask(keyless(path('/'))))).toBe('p');
  const host: Condition = { t: 'header', name: 'Host', text: { t: 'present' } };
  const byHeader = policy('p', { matchKinds: ['Header'] });
  expect(judge([byHeader], ask(keyless(host)))).toContain('does not allow all requests');
  expect(judge([byHeader], ask(keyless(host, header)))).toBe('p');
});

test('a share of the requests needs its kind, with a key too', () => {
  const keyed = policy('p', {});
  expect(judge([keyed], ask({ match: [[percent]] }))).toContain('matchKinds: ');
  expect(judge([policy('p', { matchKinds: ['Key', 'Percent'] })], ask({ match: [[percent]] }))).toBe('p');
});

test.for<[string, object, Partial<Asked>, string]>([
  [
    'a pod',
    { targets: ['Tunnel'] },
    { target: 'Pod' },
    'targets: The policy "p" does not allow requests of orders to go directly to a pod.',
  ],
  [
    'too long a lifetime',
    { lifetime: { maxSeconds: 3600 } },
    { lifetimeMs: 7_200_000 },
    'lifetime: The policy "p" allows intercepts of orders to live for at most 1h, and this one asks for 2h.',
  ],
  [
    'outside of the schedule',
    { schedule: { timeZone: 'Europe/Zurich', days: ['Mon'], from: '12:00', to: '18:00' } },
    {},
    'schedule: The policy "p" allows intercepts of orders only Mon, 12:00 to 18:00 (Europe/Zurich).',
  ],
  [
    'a condition that does not hold',
    { conditions: [{ expression: "intercept.key == 'bob'" }] },
    {},
    'conditions: The policy "p" allows intercepts of orders only where intercept.key == \'bob\'.',
  ],
  ['its own words', { conditions: [{ expression: 'false', message: 'not today' }] }, {}, 'conditions: The policy "p" says: not today.'],
  [
    'a condition that cannot be decided',
    { conditions: [{ expression: 'timestamp(user) < now' }] },
    {},
    'conditions: The policy "p" has a condition that cannot be decided, ',
  ],
  ['no approval', { approval: 'Required' }, {}, 'approval: The policy "p" wants somebody else to approve each intercept of orders.'],
])('refused: %s', ([, spec, asked, expected]) => {
  expect(judge([policy('p', spec)], ask(asked))).toContain(expected);
});

test('of several, the one that came nearest is named', () => {
  const far = policy('far', { modes: [] });
  const near = policy('near', { approval: 'Required' });
  expect(judge([far, near])).toMatch(/^approval: The policy "near"/);
  expect(judge([far, near], ask({}, { circumstances: { at: monday, approved: true } }))).toBe('near');
});

test('a policy that makes no sense grants nothing, and takes nothing from others', () => {
  const broken = readPolicy('broken', { subjects: blue, services: ['orders'], conditions: [{ expression: 'intercept.nope == 1' }] });
  expect(broken).toMatchObject({ t: 'broken', selection: { services: ['orders'] } });
  expect(judge([broken])).toContain('broken: The policy "broken" selects you and makes no sense, so that it grants nothing: ');
  expect(judge([broken, policy('sound', {})])).toBe('sound');
});

test.for([undefined, 7, {}, { subjects: [], services: ['orders'] }, { subjects: [{ kind: 'Team', name: 'x' }], services: ['*'] }])(
  'a policy that nobody can read selects everybody: %j',
  (spec) => {
    expect(judge([readPolicy('broken', spec)])).toContain('broken: ');
  },
);

test('a field of another version makes a policy broken: what it wanted to forbid is not known', () => {
  expect(readPolicy('newer', { subjects: blue, services: ['*'], forbids: ['Key'] })).toMatchObject({
    t: 'broken',
    selection: { services: ['*'] },
  });
});

test.for<[object, boolean]>([
  [{ kind: 'User', name: 'system:serviceaccount:ci:builder' }, true],
  [{ kind: 'ServiceAccount', name: 'builder', namespace: 'ci' }, true],
  [{ kind: 'ServiceAccount', name: 'builder', namespace: 'dev' }, false],
  [{ kind: 'Group', name: 'system:serviceaccounts' }, true],
  [{ kind: 'Group', name: 'system:serviceaccounts:ci' }, true],
  [{ kind: 'Group', name: 'system:authenticated' }, true],
  [{ kind: 'Group', name: 'team-blue' }, false],
])('a service account that names no groups is among %j: %s', ([subject, selected]) => {
  const person = { user: 'system:serviceaccount:ci:builder', groups: [] };
  expect(judge([policy('p', { subjects: [subject], modes: [] })], ask({}, { person })) === '(none)').toBe(!selected);
});

test('services are named, or by how they begin', () => {
  const beginning = policy('p', { services: ['order*'], modes: [] });
  expect(judge([beginning])).toContain('modes: ');
  expect(judge([beginning], ask({ service: 'payments' }))).toBe('(none)');
});

test('of those that allow it, the one with the longest lifetime comes first', () => {
  const short = policy('a-short', { lifetime: { maxSeconds: 60 } });
  const long = policy('b-long', { lifetime: { maxSeconds: 3600 } });
  expect(judge([short, long])).toBe('b-long a-short');
  expect(judge([short, long, policy('c-free', {})])).toBe('c-free b-long a-short');
});

test('how many there may be: of a user, of a service, by any grant', () => {
  const two = policy('two', { interceptsPerUser: 2, interceptsPerService: 3 });
  const say = (policies: readonly Policy[], counts: { readonly user: number; readonly service: number }): string => {
    const verdict = admit(judgePolicies(policies, ask()), ask(), counts);
    return verdict.allowed ? (verdict.allowance.policy ?? '(none)') : `${verdict.rule}: ${verdict.message}`;
  };
  expect(say([two], { user: 1, service: 2 })).toBe('two');
  expect(say([two], { user: 2, service: 2 })).toBe(
    'interceptsPerUser: The policy "two" allows alice@shop.example at most 2 intercepts, and there are as many already.',
  );
  expect(say([two], { user: 0, service: 3 })).toContain('interceptsPerService: The policy "two" allows orders at most 3 intercepts');
  expect(say([two, policy('ten', { interceptsPerUser: 10 })], { user: 2, service: 9 })).toBe('ten');
  expect(say([], { user: 1_000, service: 1_000 })).toBe('(none)');
});

test('who may reach past a NetworkPolicy is the service, not the person', () => {
  const policies = [policy('p', { services: ['pay*'], allowBehindNetworkPolicy: true }), policy('q', { services: ['orders'] })];
  expect(['payments', 'orders'].map((service) => allowsBehindNetworkPolicy(policies, service))).toEqual([true, false]);
});

test('time matters where a schedule or a condition looks at it', () => {
  expect(dependsOnTime([policy('p', {})])).toBe(false);
  expect(dependsOnTime([policy('p', { schedule: { timeZone: 'UTC', from: '00:00', to: '24:00' } })])).toBe(true);
  expect(dependsOnTime([policy('p', { conditions: [{ expression: 'now.getHours() < 18' }] })])).toBe(true);
});

test('matches of several alternatives are judged as a whole', () => {
  const match: Match = [[header], [path('/x')]];
  expect(judge([policy('p', { matchKinds: ['Header'] })], ask({ key: undefined, match }))).toContain('goes by path');
});

const anySpec = fc.record({
  modes: fc.subarray(['Intercept', 'Replace']),
  matchKinds: fc.subarray(['Key', 'Header', 'Path', 'Percent']),
  targets: fc.subarray(['Tunnel', 'Pod']),
  lifetime: fc.constantFrom({}, { maxSeconds: 60 }, { maxSeconds: 3600 }),
  approval: fc.constantFrom('Required', 'NotRequired'),
});
const anyAsked = fc.constantFrom<Partial<Asked>>(
  {},
  keyless(header),
  keyless(path('/')),
  { match: [[percent]] },
  { target: 'Pod' },
  { lifetimeMs: 1_800_000 },
);

test('grants only add: one more policy for somebody who is selected takes nothing away, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(anySpec, { minLength: 1, maxLength: 4 }), anySpec, anyAsked, (specs, more, asked) => {
      const policies = specs.map((spec, index) => policy(`p${index}`, spec));
      const [before, after] = [policies, [policy('more', more), ...policies]].map((all) => judgePolicies(all, ask(asked)).allowed);
      expect(judgePolicies(policies.toReversed(), ask(asked)).allowed).toBe(before);
      if (before) expect(after).toBe(true);
    }),
    { numRuns: 100 },
  );
});
