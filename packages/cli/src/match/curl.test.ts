import { parseRoutingKey, type Match } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { parseMethod, parseNamed, parsePath, parsePercent } from './condition-text.ts';
import { toCurl } from './curl.ts';

const key = parseRoutingKey('alice');

test.for<[string, typeof key | undefined, Match, string, readonly string[]]>([
  ['a key alone', key, [], "curl -H 'x-intercept-id: alice' http://orders/", []],
  [
    'all conditions of the first alternative',
    key,
    [
      [
        parseNamed('header', 'x-team=blue'),
        parseNamed('header', 'x-debug'),
        parsePath('/orders'),
        parseMethod('DELETE'),
        parseNamed('query', 'user=a b'),
        parseNamed('cookie', 'canary^=1'),
      ],
      [parseNamed('header', 'x-other')],
    ],
    "curl -X 'DELETE' -H 'x-intercept-id: alice' -H 'x-team: blue' -H 'x-debug: 1' -b 'canary=1' 'http://orders/orders?user=a%20b'",
    [],
  ],
  ['no key', undefined, [[parseNamed('header', 'x-team=')]], "curl -H 'x-team;' http://orders/", []],
  ['a quote', undefined, [[parseNamed('header', "x-team=it's")]], `curl -H 'x-team: it'\\''s' http://orders/`, []],
  [
    'what no command line can promise',
    undefined,
    [[parseNamed('header', 'x-team~=b.*'), parsePath('~/o.*'), parsePercent('5')]],
    "curl -H 'x-team: b.*' http://orders/",
    ['the header x-team has to match b.*', 'the path has to match /o.*', '5 % of such requests are meant'],
  ],
])('%s', ([, withKey, match, line, notes]) => {
  expect(toCurl('orders:80', withKey, match)).toEqual({ line, notes });
});
