import { InterceptError, type Condition, type Match } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { cookie, exact, header, method, path, percent, prefix, present, query, regex } from '../../test/conditions.ts';
import { checkMatch } from './check-match.ts';

const many = (count: number): Condition[] => Array.from({ length: count }, (_, index) => header(`x-${index}`, present));

test('what is allowed comes back in the form of rules', () => {
  expect(checkMatch([])).toEqual([]);
  expect(checkMatch([[header('X-Team', exact('Blue'))], [path(prefix('/orders//'))], [path(prefix('/'))]])).toEqual([
    [header('x-team', exact('Blue'))],
    [path(prefix('/orders'))],
    [path(prefix('/'))],
  ]);
  for (const match of [
    [many(8)],
    Array.from({ length: 8 }, () => many(1)),
    [[header('x', exact('a'.repeat(256)))]],
    [[header('x', exact('')), query('a b', exact(' c ')), header('y', prefix('a ')), cookie('c', regex('\\d{3,5}'))]],
    [[method('PROPFIND'), percent(0.01), percent(100), header('host', present), header('baggage', regex('.*tenant=5.*'))]],
    [[method('GET'), method('GET')]],
    [[path(regex('/(?i)orders')), path(exact('/%C3%A5'))]],
  ] satisfies Match[]) {
    expect(checkMatch(match)).toEqual(match);
  }
});

const tooMuch: readonly (readonly [Match, string])[] = [
  [Array.from({ length: 9 }, () => many(1)), 'A match has 9 alternatives, and at most 8 are allowed.'],
  [[many(9)], 'An alternative of a match has 9 conditions, and at most 8 are allowed.'],
  [[Array.from({ length: 5 }, () => path(regex('/a')))], 'A match has 5 regular expressions, and at most 4 are allowed.'],
  [[[header('x', exact('a'.repeat(257)))]], 'The condition about the header x has 257 characters, and at most 256 are allowed.'],
  [[[header('x', regex('a{200}'))]], 'The regular expression "a{200}" compiles to 202 steps, and at most 64 are allowed.'],
];

test('refuses what is over a bound [route.matchAlternatives] [route.matchConditions] [route.matchRegexes] [route.matchValue] [route.regexSteps]', () => {
  for (const [match, message] of tooMuch) {
    expect(() => checkMatch(match)).toThrow(expect.objectContaining({ code: 'bad_usage', message }));
  }
});

test.each<[Match, string]>([
  [[[]], 'An alternative of a match has no condition, so it would match every request.'],
  [[[header('', present)]], 'A condition about a header names none.'],
  [[[header('x y', present)]], '"x y" is not the name of a header.'],
  [[[header('\u00e5', present)]], '"\u00e5" is not the name of a header.'],
  [[[header('X-Intercept-Id', exact('alice'))]], "A match cannot ask for the header x-intercept-id, which is Switchyard's own."],
  [[[query('__intercept', present)]], "A match cannot ask for the query's __intercept, which is Switchyard's own."],
  [[[cookie('intercept', present)]], "A match cannot ask for the cookie intercept, which is Switchyard's own."],
  [[[header('Upgrade', present)]], 'The header upgrade shapes the message itself, so it cannot choose who gets it.'],
  [[[cookie('a b', present)]], '"a b" is not the name of a cookie.'],
  [[[cookie('', present)]], '"" is not the name of a cookie.'],
  [[[query('', present)]], 'A condition about a query names none.'],
  [[[header('x', prefix(''))]], 'The condition about the header x is empty, so it says nothing.'],
  [[[header('x', exact('a\nb'))]], 'The condition about the header x holds a control character, or one that nobody sees.'],
  [[[query('x', exact('a\u200bb'))]], "The condition about the query's x holds a control character, or one that nobody sees."],
  [[[query('x\ud800', present)]], 'The name of a query holds a control character, or one that nobody sees.'],
  [[[header('x', exact(' a'))]], 'The condition about the header x asks for a space at the edge of its value, where no request has one.'],
  [[[cookie('x', prefix(' a'))]], 'The condition about the cookie x asks for a space at the edge of its value, where no request has one.'],
  [[[path(present)]], 'Every request has a path, so a condition about it has to say which.'],
  [[[path(prefix('orders'))]], '"orders" is not a path as requests have it.'],
  [[[path(exact('/a?b'))]], '"/a?b" is not a path as requests have it.'],
  [[[path(exact('/\u00e5'))]], '"/\u00e5" is not a path as requests have it.'],
  [[[method('get it')]], '"get it" is not a method.'],
  [[[method('GET'), method('PUT')]], 'No request has the methods GET and PUT at once.'],
  [[[percent(0)]], '0 is not a share of the requests.'],
  [[[percent(100.1)]], '100.1 is not a share of the requests.'],
  [[[percent(Number.NaN)]], 'NaN is not a share of the requests.'],
  [[[header('x', regex('a(b'))]], '"a(b" is not a regular expression: missing closing ).'],
  [[[header('x', regex('ab(?=c)'))]], '"ab(?=c)" is not a regular expression: invalid or unsupported Perl syntax, at character 3 ("(?=").'],
  [[[header('x', regex('(a)\\1'))]], '"(a)\\1" is not a regular expression: invalid escape sequence, at character 4 ("\\1").'],
  [[[header('x', regex('a{1001}'))]], '"a{1001}" is not a regular expression: invalid repeat count, at character 2 ("{1001}").'],
  [[[header('x', regex('(a{0,999}){999}'))]], '"(a{0,999}){999}" is not a regular expression: expression too large.'],
  [[[header('x', regex('\u00e5'))]], 'The regular expression "\u00e5" holds a character that is not ASCII.'],
])('refuses %j', (match, message) => {
  expect(() => checkMatch(match)).toThrow(expect.objectContaining({ code: 'bad_usage', message }));
  expect(() => checkMatch(match)).toThrow(InterceptError);
});
