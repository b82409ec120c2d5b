import type { Condition, TextMatch } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCondition, parseMethod, parseNamed, parsePath, parsePercent } from './condition-text.ts';

test.for<[string, TextMatch]>([
  ['x-team=blue', { t: 'exact', value: 'blue' }],
  ['X-Team=a=b', { t: 'exact', value: 'a=b' }],
  ['x-team=', { t: 'exact', value: '' }],
  ['x-team=^a', { t: 'exact', value: '^a' }],
  ['x-team^=bl', { t: 'prefix', value: 'bl' }],
  ['x-team~=b.*|g=1', { t: 'regex', value: 'b.*|g=1' }],
  ['x-team', { t: 'present' }],
])('the header %s', ([word, text]) => {
  expect(parseNamed('header', word)).toEqual({ t: 'header', name: 'x-team', text });
});

test('names of cookies and of the query are as they are', () => {
  expect(parseNamed('cookie', 'Canary')).toMatchObject({ name: 'Canary' });
  expect(parseNamed('query', 'a:b=1')).toMatchObject({ name: 'a:b', text: { value: '1' } });
});

test.for<[string, TextMatch]>([
  ['/orders', { t: 'prefix', value: '/orders' }],
  ['=/orders', { t: 'exact', value: '/orders' }],
  ['~/orders/\\d+', { t: 'regex', value: '/orders/\\d+' }],
])('the path %s', ([word, text]) => {
  expect(parsePath(word)).toEqual({ t: 'path', text });
});

test('a method in capitals, a share with or without its sign', () => {
  expect(parseMethod('get')).toEqual({ t: 'method', method: 'GET' });
  for (const word of ['12.5', '12.5%']) expect(parsePercent(word)).toEqual({ t: 'percent', percent: 12.5 });
});

test.for<[() => unknown, string]>([
  [() => parseNamed('header', 'x-team: blue'), 'Write it as x-team=blue.'],
  [() => parseNamed('header', '=blue'), 'Write it as NAME=VALUE, NAME^=PREFIX, NAME~=REGEX, or NAME.'],
  [() => parseNamed('cookie', 'a b=1'), 'Write it as NAME=VALUE, NAME^=PREFIX, NAME~=REGEX, or NAME.'],
  [() => parsePath('orders'), 'Write it as /orders (and all below), =/orders (that very path), or ~REGEX.'],
  [() => parsePath('=orders'), 'Write it as /orders (and all below), =/orders (that very path), or ~REGEX.'],
  [() => parsePercent('0'), 'Write a number from 0.01 to 100.'],
  [() => parsePercent('101'), 'Write a number from 0.01 to 100.'],
  [() => parsePercent('ten'), 'Write a number from 0.01 to 100.'],
])('a mistake %# is answered with the right form', ([parse, hint]) => {
  expect(parse).toThrow(expect.objectContaining({ code: 'bad_usage', hint }));
});

const value = fc.string({ maxLength: 12 });
const text: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.record({ t: fc.constantFrom('exact', 'prefix', 'regex'), value }),
  fc.constant({ t: 'present' } as const),
);
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ t: fc.constantFrom('header', 'query', 'cookie'), name, text }),
  fc.record({
    t: fc.constant('path'),
    text: fc.record({ t: fc.constantFrom('exact', 'prefix', 'regex'), value: value.map((rest) => `/${rest}`) }),
  }),
  fc.record({ t: fc.constant('method'), method: fc.constantFrom('GET', 'PURGE') }),
  fc.record({ t: fc.constant('percent'), percent: fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100) }),
);

function parse(kind: Condition['t'], word: string): Condition {
  switch (kind) {
    case 'header':
    case 'query':
    case 'cookie':
      return parseNamed(kind, word);
    case 'path':
      return parsePath(word);
    case 'method':
      return parseMethod(word);
    case 'percent':
      return parsePercent(word);
  }
}

test('every condition comes back from its word', () => {
  fc.assert(
    fc.property(condition, (given) => {
      expect(parse(given.t, formatCondition(given))).toEqual(given);
    }),
  );
});
