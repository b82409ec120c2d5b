import { parseServiceName, type Match } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRequest, anyRules, latin1 } from '../test/arbitraries.ts';
import { cookie, exact, header, method, path, percent, prefix, present, query, regex } from '../test/conditions.ts';
import { createKeylessRule, createRule } from '../test/world.ts';
import { decide } from './decide.ts';
import { explain, type ExplainedRequest, type Explanation } from './explain.ts';
import { splitTarget } from './evidence.ts';
import type { PortTable } from './port-table.ts';
import type { Rule } from './rule.ts';
import { createSnapshot, type RouteOptions } from './snapshot.ts';

const orders = parseServiceName('orders');

function createTable(rules: readonly Rule[], options: RouteOptions = {}): PortTable {
  return createSnapshot(rules, options).table(orders, 'http');
}

function ask(changes: Partial<ExplainedRequest> = {}): ExplainedRequest {
  return { method: 'GET', target: '/', header: [], clientAddress: '10.1.2.3', ...changes };
}

/** What is said about each rule, by its owner. */
function reasonsOf({ candidates }: Explanation): object {
  return Object.fromEntries(candidates.map(({ rule, won, reasons }) => [won ? `${rule.owner} wins` : rule.owner, reasons]));
}

test('it says what decide does, and every loser says why', () => {
  let [routed, lost] = [0, 0];
  fc.assert(
    fc.property(anyRules, anyRequest, fc.boolean(), (rules, request, untrusted) => {
      const table = createTable(rules, untrusted ? { untrustedServices: new Set([orders]) } : {});
      const fields = request.header.map(([name, value], line) => ({ name: name.toLowerCase(), value: value.trim(), line }));
      const { clientAddress } = request;
      const evidence = {
        method: request.method,
        ...splitTarget(request.target),
        clientAddress,
        fields: fields.filter(({ name }) => table.fieldNames.has(name)),
      };
      const decision = decide(table, evidence);
      const explanation = explain(table, request);
      expect(explanation).toMatchObject({
        decision: decision.t,
        status: 'status' in decision ? decision.status : undefined,
        winner: decision.t === 'routed' ? decision.rule : undefined,
        refusal: decision.t === 'refused' ? decision.message : undefined,
        more: 0,
      });
      const here = rules.filter(({ service }) => service === orders);
      expect(new Set(explanation.candidates.map(({ rule }) => rule))).toEqual(new Set(here));
      expect(explanation.candidates.filter(({ won }) => won).map(({ rule }) => rule)).toEqual(
        decision.t === 'routed' ? [decision.rule] : [],
      );
      for (const { reasons } of explanation.candidates)
        expect(reasons.every((reason) => reason.length > 5) && reasons.length > 0).toBe(true);
      if (decision.t === 'routed') routed++;
      lost += explanation.candidates.filter(({ won }) => !won).length;
    }),
    { numRuns: 1500 },
  );
  expect(routed).toBeGreaterThan(100);
  expect(lost).toBeGreaterThan(1000);
});

test('no bytes make it throw', () => {
  const request = fc.record({ method: latin1, target: latin1, header: fc.array(fc.tuple(latin1, latin1)), clientAddress: latin1 });
  fc.assert(fc.property(anyRules, request, (rules, any) => explain(createTable(rules), any).more === 0));
});

test('a key that leads to its owner', () => {
  const table = createTable([
    createRule('orders', 'alice'),
    createRule('orders', 'bob'),
    createKeylessRule('orders', 'cy', [[method('GET')]]),
  ]);
  const explanation = explain(table, ask({ header: [['Baggage', 'a=1,intercept=bob']] }));
  expect(explanation).toMatchObject({ decision: 'routed', status: undefined, key: { form: 'baggage', text: 'bob', valid: true } });
  expect(explanation.candidates.map(({ rule, reasons }) => [rule.owner, reasons])).toEqual([
    ['bob', ['the request carries its key bob', 'nothing more is asked']],
    ['cy', ['the key bob is live, so the request belongs to its owner']],
    ['alice', ['its key is alice, the request carries bob']],
  ]);
});

test('a key whose intercept asks for more', () => {
  const match: Match = [[path(prefix('/orders')), header('x-team', present)], [method('PUT')]];
  const explanation = explain(createTable([createRule('orders', 'alice', { match })]), ask({ target: '/?__intercept=alice' }));
  expect(explanation).toMatchObject({ decision: 'passing', status: 'not-matched', winner: undefined, key: { form: 'query' } });
  expect(reasonsOf(explanation)).toEqual({
    alice: ['the path is /, which does not begin with /orders and the header x-team is absent', 'the method is GET, not PUT'],
  });
});

test('what is no key', () => {
  const explanation = explain(createTable([createRule('orders', 'alice')]), ask({ header: [['x-intercept-id', 'Alice']] }));
  expect(explanation).toMatchObject({ decision: 'baseline', status: 'invalid-key', key: { form: 'twin', text: 'Alice', valid: false } });
  expect(reasonsOf(explanation)).toEqual({ alice: ['its key is alice, the request carries "Alice", which is no key'] });
});

test('no key, a refused request, an untrusted service', () => {
  const rules = [createRule('orders', 'alice')];
  expect(reasonsOf(explain(createTable(rules), ask()))).toEqual({ alice: ['its key is alice, the request carries none'] });
  const twice = ask({ header: [['x-intercept-id', 'alice,bob']] });
  const refused = explain(createTable(rules), twice);
  expect([refused.decision, refused.refusal]).toEqual(['refused', 'x-intercept-id must be one routing key, not a list.']);
  expect(reasonsOf(refused)).toEqual({ alice: ['the request is refused'] });
  const stripped = explain(createTable(rules, { untrustedServices: new Set([orders]) }), twice);
  expect([stripped.decision, reasonsOf(stripped)]).toEqual([
    'stripped',
    { alice: ['the service is untrusted, so nothing is routed there'] },
  ]);
});

test('each kind of condition says itself, and what the request has instead', () => {
  const match: Match = [
    [header('x-team', exact('blue')), header('x-team', prefix('bl')), header('x-team', regex('b.*e')), header('x-team', present)],
    [query('page', exact('1')), cookie('beta', exact('yes'))],
    [path(exact('/orders')), path(regex('/o.*')), method('GET'), percent(100)],
  ];
  const table = createTable([createKeylessRule('orders', 'ann', match)]);
  const misses = ask({
    method: 'PUT',
    target: '/a?page=2&page=3',
    header: [
      ['X-Team', 'red'],
      ['cookie', 'beta=\u0007no'],
    ],
  });
  expect(reasonsOf(explain(table, misses))).toEqual({
    ann: [
      'the path is /a, not /orders and the path is /a, which does not match /o.* and the method is PUT, not GET',
      'the header x-team is "red", not "blue" and the header x-team is "red", which does not begin with "bl" and the header x-team is "red", which does not match b.*e',
      'the query\'s page is "2" and "3", not "1" and the cookie beta is "\ufffdno", not "yes"',
    ],
  });
  const win = (request: ExplainedRequest): object => reasonsOf(explain(table, request));
  expect(win(ask({ header: [['x-team', 'blue']] }))).toEqual({
    'ann wins': [
      'the header x-team is "blue"',
      'the header x-team begins with "bl"',
      'the header x-team matches b.*e',
      'the header x-team is there',
    ],
  });
  expect(win(ask({ target: '/?page=1', header: [['cookie', 'beta=yes']] }))).toEqual({
    'ann wins': ['the query\'s page is "1"', 'the cookie beta is "yes"'],
  });
  expect(win(ask({ target: '/orders' }))).toEqual({
    'ann wins': ['the path is /orders', 'the path matches /o.*', 'the method is GET', 'the caller is among 100 % of all'],
  });
});

test('a text that is too long for an expression does not match, and says so [route.regexText]', () => {
  const table = createTable([createKeylessRule('orders', 'ann', [[header('x-team', regex('a+'))]])]);
  const lines = (count: number): ExplainedRequest =>
    ask({
      header: [
        ['x-team', 'a'.repeat(500)],
        ['x-team', 'b'.repeat(count)],
      ],
    });
  expect(explain(table, lines(12)).decision).toBe('routed');
  expect(reasonsOf(explain(table, lines(13)))).toEqual({ ann: ['the header x-team has more than 512 characters'] });
});

test('of two rules that match, the loser says what it lacks', () => {
  const rules = [
    createKeylessRule('orders', 'old', [[path(prefix('/a'))]], { createdAt: 1 }),
    createKeylessRule('orders', 'young', [[path(prefix('/b'))], [path(regex('/.'))]], { createdAt: 2 }),
    createKeylessRule('orders', 'youngest', [[path(regex('/a|/b'))]], { createdAt: 3 }),
  ];
  expect(reasonsOf(explain(createTable(rules), ask({ target: '/a' })))).toEqual({
    'young wins': ['the path matches /.'],
    old: ['another rule is more specific'],
    youngest: ['another rule is as specific, and older'],
  });
});

test('of very many rules it names the first hundred [route.explainedRules]', () => {
  const rules = Array.from({ length: 150 }, (_, index) => createRule('orders', `k${index}`));
  const { candidates, more } = explain(createTable(rules), ask({ header: [['x-intercept-id', 'k149']] }));
  expect([candidates.length, more, candidates[0]?.rule.key, candidates[0]?.won]).toEqual([100, 50, 'k149', true]);
});
