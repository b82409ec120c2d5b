import type { Condition, Match, TextMatch } from '@switchyard/contract';
import fc from 'fast-check';
import type { ExplainedRequest, Rule } from '../src/index.ts';
import { cookie, exact, header, method, path, percent, prefix, present, query, regex } from './conditions.ts';
import { createKeylessRule, createRule } from './world.ts';

/** Text of one character per byte: any bytes that a header value may hold, and some that it may not. */
export const latin1: fc.Arbitrary<string> = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

const marks = fc.constantFrom(',', ',', ';', '=', '&', ' ', '\t', '%', '"', '*', '\u00a0');
const words = fc.constantFrom('intercept', '__intercept', 'sd-', 'alice', 'bob', '%61lice', '%zz', 'intercept=alice', 'intercept = bob');

/** Text in the neighbourhood of a list with a key: where parsers go wrong. */
export const nearList: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: marks }, { weight: 4, arbitrary: words }, latin1))
  .map((parts) => parts.join(''));

/** A header line that may carry a key. */
const keyLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('x-intercept-id', 'X-Intercept-Id', 'baggage', 'BAGGAGE', 'cookie', 'tracestate', 'kubernetes-route-as', 'x-other'),
    fc.oneof(nearList, latin1, fc.constantFrom('alice', 'bob', 'intercept=alice', 'intercept=bob')),
  )
  .map(([name, value]) => `${name}: ${value}`);

/** A request head: lines that may carry keys, and a query or none. */
export const keyHead: fc.Arbitrary<{ readonly lines: readonly string[]; readonly query: string | undefined }> = fc.record({
  lines: fc.array(keyLine, { maxLength: 6 }),
  query: fc.option(fc.oneof(nearList, fc.constantFrom('__intercept=alice', 'a=1&__intercept=bob')), { nil: undefined }),
});

const someText: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.constantFrom('a', 'b', 'ab').map(exact),
  fc.constantFrom('a', 'b').map(prefix),
  fc.constantFrom('a.*', '(?i)A|b').map(regex),
  fc.constant(present),
);

const someCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(fc.constantFrom('x-a', 'x-b'), someText).map(([name, text]) => header(name, text)),
  fc.tuple(fc.constantFrom('a', 'b'), someText).map(([name, text]) => query(name, text)),
  fc.tuple(fc.constantFrom('a', 'b'), someText).map(([name, text]) => cookie(name, text)),
  fc.constantFrom(exact('/a'), prefix('/a'), prefix('/'), prefix('/a/b'), regex('/[ab]+')).map(path),
  fc.constantFrom('GET', 'POST').map(method),
  fc.constantFrom(1, 30, 60, 100).map(percent),
);

/** What an intercept may match: little, of few words, so that requests do. */
export const anyMatch: fc.Arbitrary<Match> = fc
  .array(fc.array(someCondition, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .filter((match) => match.every((conditions) => new Set(conditions.flatMap((one) => (one.t === 'method' ? [one.method] : []))).size < 2))
  .filter((match) => match.flat().filter((one) => 'text' in one && one.text.t === 'regex').length <= 4);

/** A request of these words, as one writes it down. */
export const anyRequest: fc.Arbitrary<ExplainedRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  target: fc.constantFrom(
    '/',
    '/a',
    '/a/b',
    '/ab',
    '/b',
    '/a?a=a',
    '/a?b=b&a',
    '/b?a=ab',
    '/?__intercept=alice',
    '*',
    'http://orders/a?b=ab',
  ),
  header: fc.array(
    fc.tuple(
      fc.constantFrom('X-A', 'x-b', 'cookie', 'baggage', 'x-intercept-id'),
      fc.constantFrom('a', 'b', 'ab', ' ab\t', 'a=a; b=ab', 'intercept=alice', 'intercept=bob', 'alice', 'dave', 'intercept-sticky=c'),
    ),
    { maxLength: 4 },
  ),
  clientAddress: fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1'),
});

const someOwner = fc.constantFrom('ann', 'ben', 'cy');

/** Rules of the service `orders`, with keys and without. */
export const anyRules: fc.Arbitrary<readonly Rule[]> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom('alice', 'bob', 'carol'), fc.oneof(fc.constant([]), anyMatch)), {
      selector: ([key]) => key,
      maxLength: 3,
    }),
    fc.array(fc.tuple(someOwner, anyMatch, fc.nat(3)), { maxLength: 5 }),
  )
  .map(([keyed, keyless]) => [
    ...keyed.map(([key, match]) => createRule(key === 'carol' ? 'payments' : 'orders', key, { match })),
    ...keyless.map(([owner, match, createdAt]) => createKeylessRule('orders', owner, match, { createdAt })),
  ]);
