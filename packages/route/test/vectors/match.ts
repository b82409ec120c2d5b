import type { Match } from '@switchyard/contract';
import { cookie, exact, header, method, path, prefix, present, query, regex } from '../conditions.ts';

/**
 * What a match asks for, and requests that show it or do not. A request is written down as its lines; `GET /` where there is no request
 * line.
 */
export interface MatchVector {
  readonly why: string;
  readonly match: Match;
  readonly met: readonly (readonly string[])[];
  readonly unmet: readonly (readonly string[])[];
}

/** Headers. */
export const headerVectors: readonly MatchVector[] = [
  {
    why: 'the same text, case-sensitively; the name in any case',
    match: [[header('X-Team', exact('blue'))]],
    met: [['x-team: blue'], ['X-TEAM:  blue\t'], ['X-Team:blue']],
    unmet: [[], ['x-team: Blue'], ['x-team: blue!'], ['x-team:'], ['x-teams: blue'], ['y: x-team: blue']],
  },
  {
    why: 'a dot is a dot',
    match: [[header('x-version', exact('1.2'))]],
    met: [['x-version: 1.2']],
    unmet: [['x-version: 102'], ['x-version: 1.20']],
  },
  {
    why: 'every line is looked at, each as a whole: a list in one line is one text',
    match: [[header('x-team', exact('blue'))]],
    met: [
      ['x-team: red', 'x-team: blue'],
      ['x-team: blue', 'x-team: red'],
    ],
    unmet: [['x-team: red, blue'], ['x-team: red', 'x-team: green']],
  },
  {
    why: 'two lines are not joined',
    match: [[header('x-team', exact('red, blue'))]],
    met: [['x-team: red, blue']],
    unmet: [['x-team: red', 'x-team: blue']],
  },
  {
    why: 'a member of a list, by an expression',
    match: [[header('x-team', regex('(?:.*,)? *blue *(?:,.*)?'))]],
    met: [['x-team: red, blue'], ['x-team: blue'], ['x-team: blue , red']],
    unmet: [['x-team: bluer'], ['x-team: light blue']],
  },
  {
    why: 'an expression matches the whole text',
    match: [[header('x-team', regex('b|blue'))]],
    met: [['x-team: blue'], ['x-team: b']],
    unmet: [['x-team: blues'], ['x-team: a blue']],
  },
  {
    why: 'an expression may leave the case aside',
    match: [[header('x-team', regex('(?i)blue'))]],
    met: [['x-team: BLUE']],
    unmet: [['x-team: red']],
  },
  {
    why: 'the beginning',
    match: [[header('user-agent', prefix('curl/'))]],
    met: [['user-agent: curl/8.5']],
    unmet: [['user-agent: Curl/8.5'], ['user-agent: my curl/8']],
  },
  {
    why: 'presence, also of an empty one',
    match: [[header('x-debug', present)]],
    met: [['x-debug: 1'], ['x-debug:']],
    unmet: [[], ['x-debugger: 1']],
  },
  {
    why: 'an empty text',
    match: [[header('x-debug', exact(''))]],
    met: [['x-debug:']],
    unmet: [['x-debug: 1'], []],
  },
  {
    why: 'what a person wrote in UTF-8 is compared with the bytes of a request',
    match: [[header('x-team', exact('bl\u00e5'))]],
    met: [['x-team: bl\u00c3\u00a5']],
    unmet: [['x-team: bl\u00e5']],
  },
  {
    why: 'Host',
    match: [[header('Host', exact('preview.example.com'))]],
    met: [['host: preview.example.com']],
    unmet: [['host: example.com']],
  },
];

/** The request line. */
export const targetVectors: readonly MatchVector[] = [
  {
    why: 'a prefix ends at a slash',
    match: [[path(prefix('/orders'))]],
    met: [['GET /orders'], ['GET /orders/'], ['GET /orders/1'], ['GET /orders?a=1'], ['GET http://orders/orders/1']],
    unmet: [['GET /orders2'], ['GET /Orders'], ['GET /'], ['GET /v1/orders'], ['GET /?/orders']],
  },
  {
    why: 'with a slash at its end it is the same',
    match: [[path(prefix('/orders/'))]],
    met: [['GET /orders'], ['GET /orders/1']],
    unmet: [['GET /orders2']],
  },
  {
    why: 'everything is below the root',
    match: [[path(prefix('/'))]],
    met: [['GET /'], ['GET /a/b'], ['GET http://orders?a']],
    unmet: [['OPTIONS *']],
  },
  {
    why: 'the same path',
    match: [[path(exact('/orders'))]],
    met: [['GET /orders'], ['GET /orders?a=1']],
    unmet: [['GET /orders/'], ['GET /orders/1'], ['GET /%6frders']],
  },
  {
    why: 'an expression matches the whole path',
    match: [[path(regex('/orders/\\d+'))]],
    met: [['GET /orders/12'], ['GET /orders/12?x']],
    unmet: [['GET /orders/12/items'], ['GET /v1/orders/12'], ['GET /orders/x']],
  },
  {
    why: 'nothing is decoded or tidied',
    match: [[path(prefix('/a'))]],
    met: [['GET /a/../b'], ['GET /a//b']],
    unmet: [['GET //a'], ['GET /%61'], ['GET /./a']],
  },
  { why: 'the method, case-sensitively', match: [[method('POST')]], met: [['POST /']], unmet: [['GET /'], []] },
  {
    why: 'the query, percent-decoded in name and value',
    match: [[query('page', exact('a b'))]],
    met: [['GET /?page=a%20b'], ['GET /?x=1&p%61ge=a%20b'], ['GET /?page=1&page=a%20b']],
    unmet: [['GET /?page=a+b'], ['GET /?pages=a%20b'], ['GET /page=a%20b'], ['GET /']],
  },
  {
    why: 'a name alone is there, and empty',
    match: [[query('debug', present)]],
    met: [['GET /?debug'], ['GET /?a&debug=1']],
    unmet: [['GET /?xdebug'], ['GET /']],
  },
  {
    why: 'a name that is not ASCII',
    match: [[query('\u00e5', exact('\u00e5'))]],
    met: [['GET /?%C3%A5=%c3%a5']],
    unmet: [['GET /?%E5=%E5']],
  },
];

/** Cookies, and several conditions. */
export const otherVectors: readonly MatchVector[] = [
  {
    why: 'a cookie, over all lines, as it came',
    match: [[cookie('beta', exact('yes'))]],
    met: [['cookie: a=1; beta=yes'], ['cookie: a=1', 'cookie: beta=yes; b=2'], ['Cookie: beta=no; beta=yes']],
    unmet: [['cookie: beta="yes"'], ['cookie: Beta=yes'], ['cookie: xbeta=yes'], ['cookie: beta'], ['beta: yes'], []],
  },
  {
    why: 'all conditions of an alternative',
    match: [[path(prefix('/orders')), method('GET'), header('x-team', present)]],
    met: [['GET /orders', 'x-team: a']],
    unmet: [['POST /orders', 'x-team: a'], ['GET /orders'], ['GET /', 'x-team: a']],
  },
  {
    why: 'any of the alternatives',
    match: [[method('PUT')], [path(exact('/a')), header('x-team', present)]],
    met: [['PUT /'], ['GET /a', 'x-team: b'], ['PUT /a', 'x-team: b']],
    unmet: [['GET /a'], ['GET /', 'x-team: b']],
  },
];
