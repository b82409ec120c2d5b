// Faults that were found in other tools of this kind, each in words. None may come back as ours.
import { parseServiceName, type Match } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkMatch, createSnapshot, decide, findConflict, type PortTable, type Rule } from '../src/index.ts';
import { latin1 } from './arbitraries.ts';
import { exact, header, prefix, present, regex } from './conditions.ts';
import { parseHead, toEvidence } from './head.ts';
import { createKeylessRule, createRule } from './world.ts';

function createTable(...rules: readonly Rule[]): PortTable {
  return createSnapshot(rules).table(parseServiceName('orders'), 'http');
}

/** Who gets the request of these lines: an owner, or the baseline. */
function route(table: PortTable, ...lines: readonly string[]): string {
  const decision = decide(table, toEvidence(parseHead(lines), table));
  return decision.t === 'routed' ? decision.rule.owner : 'baseline';
}

const unshared = { sharedWith: [], joins: false };

test('a dotted value is taken for a regular expression: "v1.2" catches "v1x2" too', () => {
  const table = createTable(createKeylessRule('orders', 'ann', [[header('x-version', exact('v1.2'))]]));
  expect(['v1.2', 'v1x2', 'v1.22'].map((version) => route(table, `x-version: ${version}`))).toEqual(['ann', 'baseline', 'baseline']);
  const beginnings = createTable(createKeylessRule('orders', 'ann', [[header('x-version', prefix('v1.'))]]));
  expect(['v1.2', 'v1x2'].map((version) => route(beginnings, `x-version: ${version}`))).toEqual(['ann', 'baseline']);
});

test('intercepts that look at different headers never conflict, and who gets a request with both is luck', () => {
  const ann = createKeylessRule('orders', 'ann', [[header('x-team', exact('blue'))]], { createdAt: 1 });
  const ben = createKeylessRule('orders', 'ben', [[header('x-user', exact('ben'))]], { createdAt: 2 });
  expect(findConflict([{ ...ann, ...unshared }], { ...ben, ...unshared })).toBeUndefined();
  const both = ['x-user: ben', 'x-team: blue'];
  for (const rules of [
    [ann, ben],
    [ben, ann],
  ]) {
    for (const lines of [both, both.toReversed()]) expect(route(createTable(...rules), ...lines)).toBe('ann');
  }
});

test('the same match in other words is no conflict', () => {
  const match = (name: string): Match => checkMatch([[header(name, exact('blue')), header('x-user', present)]]);
  const ann = { ...createKeylessRule('orders', 'ann', match('X-Team')), ...unshared };
  const claim = {
    ...createKeylessRule(
      'orders',
      'ben',
      match('x-team').map((all) => all.toReversed()),
    ),
    ...unshared,
  };
  expect(findConflict([ann], claim)).toEqual({ t: 'route_taken', rule: ann });
});

test('only the first line of a repeated header is looked at', () => {
  const table = createTable(createKeylessRule('orders', 'ann', [[header('x-team', exact('blue'))]]), createRule('orders', 'alice'));
  expect(route(table, 'x-team: red', 'x-team: green', 'x-team: blue')).toBe('ann');
  expect(route(table, 'baggage: a=1', 'baggage: b=2', 'baggage: intercept=alice')).toBe('alice');
});

// On connections: "each request is decided on its own: targets change on an open connection" and, for conditions, "each request of a connection is
// decided by itself, pipelined ones too", both in packages/router/test/playbook.
test('the first request of a connection decides for all that follow', () => {
  const table = createTable(createRule('orders', 'alice'), createRule('orders', 'bob'));
  const sequence = [['x-intercept-id: alice'], [], ['x-intercept-id: bob'], ['x-intercept-id: alice']];
  expect(sequence.map((lines) => route(table, ...lines))).toEqual(['alice', 'baseline', 'bob', 'alice']);
});

test('the names of headers are case-sensitive', () => {
  const table = createTable(createKeylessRule('orders', 'ann', [[header('X-Team', exact('blue'))]]), createRule('orders', 'alice'));
  for (const name of ['x-team', 'X-TEAM', 'X-Team']) expect(route(table, `${name}: blue`)).toBe('ann');
  for (const name of ['x-intercept-id', 'X-INTERCEPT-ID']) expect(route(table, `${name}: alice`)).toBe('alice');
});

test('a value that is not ASCII ends the program', () => {
  const match = [header('x-team', regex('[^b].*')), header('x-team', prefix('\u00e5')), header('x-team', exact('\u{1f600}'))];
  const table = createTable(...match.map((condition, index) => createKeylessRule('orders', `owner-${index}`, [[condition]])));
  fc.assert(
    fc.property(latin1, (value) => {
      expect(['baseline', 'owner-0', 'owner-1', 'owner-2']).toContain(
        route(table, `x-team: ${value}`, `x-intercept-id: ${value.replace(',', '')}`),
      );
    }),
  );
  expect(route(table, 'x-team: \u00c3\u00a5')).toBe('owner-0');
  expect(() => checkMatch([[header('x-team', exact('\ud800'))]])).toThrow(/nobody sees/);
});

test('a second developer takes the traffic of the first without a word', () => {
  const first = { ...createRule('orders', 'alice', { owner: 'ann', createdAt: 1 }), ...unshared };
  const second = { ...createRule('orders', 'alice', { owner: 'ben', createdAt: 2 }), ...unshared };
  expect(findConflict([first], second)).toEqual({ t: 'route_taken', rule: first });
  expect(route(createTable(second, first), 'x-intercept-id: alice')).toBe('ann');
  const older = createKeylessRule('orders', 'ann', [[header('x-team', present)]], { createdAt: 1 });
  const younger = createKeylessRule('orders', 'ben', [[header('X-TEAM', present)]], { createdAt: 2 });
  expect(findConflict([{ ...older, ...unshared }], { ...younger, ...unshared })).toMatchObject({
    t: 'route_taken',
    rule: { owner: 'ann' },
  });
  expect(route(createTable(younger, older), 'x-team: blue')).toBe('ann');
});
