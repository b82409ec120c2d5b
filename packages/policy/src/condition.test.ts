import { describe, expect, test } from 'vitest';
import { compileCondition, type Facts } from './condition.ts';
import { policyLimits } from './limits.ts';
import { readPolicy } from './read-policy.ts';

const facts: Facts = {
  user: 'alice@shop.example',
  groups: ['team-blue', 'staff'],
  at: new Date('2030-01-07T16:30:00Z'),
  intercept: {
    service: 'orders',
    port: 'http',
    key: 'pr-12',
    keyless: false,
    mode: 'Intercept',
    matchKinds: ['Key'],
    percent: 0,
    target: 'Tunnel',
    lifetimeSeconds: 3600,
  },
};

test.for([
  ["'team-blue' in groups", 'holds'],
  ["intercept.key.startsWith('pr-') && !('contractors' in groups)", 'holds'],
  ["groups.exists(g, g.startsWith('team-'))", 'holds'],
  ['intercept.lifetimeSeconds <= 3600 && intercept.percent <= 10.0', 'holds'],
  ["user.endsWith('@shop.example')", 'holds'],
  ["now.getHours('Europe/Zurich') < 17", 'fails'],
  ["intercept.mode == 'Replace'", 'fails'],
] as const)('%s %s', ([expression, t]) => {
  expect(compileCondition(expression).ask(facts)).toEqual({ t });
});

describe('refused before it is asked', () => {
  test.for([
    ['1 +', 'makes no sense: '],
    ['intercept.nope == 1', 'makes no sense: No such key: nope'],
    ["intercept.constructor == 'x'", 'makes no sense: '],
    ['user == 1', 'makes no sense: '],
    ['unknown == 1', 'makes no sense: Unknown variable: unknown'],
    ['1 + 1', 'must say true or false'],
    ["user.matches('^(a+)+$')", 'must not use matches()'],
  ])('%s', ([expression = '', words = '']) => {
    expect(() => compileCondition(expression)).toThrow(words);
  });

  test('[policy.conditionText] a long one', () => {
    const { value } = policyLimits.conditionText;
    const long = (length: number): string => `user != '${'x'.repeat(length - 10)}'`;
    expect(compileCondition(long(value)).ask(facts)).toEqual({ t: 'holds' });
    expect(() => compileCondition(long(value + 1))).toThrow('is longer than');
  });

  test('[policy.conditionCost] a dear one', () => {
    expect(compileCondition('groups.exists(a, a in groups)').ask(facts)).toEqual({ t: 'holds' });
    expect(() => compileCondition('groups.all(a, groups.all(b, a != b))')).toThrow('could take more than');
    expect(() => compileCondition(`groups.exists(a, ${Array(5).fill('a in groups').join(' && ')})`)).not.toThrow();
    expect(() => compileCondition(`(${Array(70).fill('groups').join(' + ')}).exists(a, a in groups)`)).toThrow('could take more than');
  });

  test('[policy.conditionCost] one that makes a list longer and longer', () => {
    const longer = (name: number): string => Array(4).fill(`z${name}`).join(' + ');
    const bind = (depth: number, name = 0): string =>
      name === depth ? `'x' in z${name}` : `cel.bind(z${name + 1}, ${longer(name)}, ${bind(depth, name + 1)})`;
    const exist = (depth: number, name = 0): string =>
      name === depth ? `'x' in z${name}` : `[${longer(name)}].exists(z${name + 1}, ${exist(depth, name + 1)})`;
    expect(compileCondition(`cel.bind(z0, groups, ${bind(1)})`).ask(facts)).toEqual({ t: 'fails' });
    for (const text of [bind(6), exist(3)]) {
      expect(() => compileCondition(`cel.bind(z0, groups, ${text})`)).toThrow('could take more than');
    }
  });

  test('[policy.conditions] too many of them', () => {
    const spec = (count: number): object => ({
      subjects: [{ kind: 'User', name: 'alice' }],
      services: ['*'],
      conditions: Array.from({ length: count }, () => ({ expression: 'true' })),
    });
    const { value } = policyLimits.conditions;
    expect([value, value + 1].map((count) => readPolicy('p', spec(count)).t)).toEqual(['sound', 'broken']);
  });
});

test('what cannot be decided is neither yes nor no', () => {
  expect(compileCondition('timestamp(user) < now').ask(facts)).toMatchObject({ t: 'error' });
});
