import { addBaggage, addTwin, type Vector } from './vector.ts';

/** Cookies and queries (rules 8, 9, 12). */
export const browserVectors: readonly Vector[] = [
  { why: '8: cookie', send: ['cookie: sid=1; intercept=alice; b=2'], outcome: ['to alice', addBaggage, addTwin] },
  { why: '8: a cookie of another name is nothing', send: ['cookie: xintercept=alice; intercept-x=bob'], outcome: ['to baseline'] },
  {
    why: '8: of two cookies the last counts',
    send: ['cookie: intercept=bob; intercept=alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  { why: '8: query', send: ['GET /cart?a=1&__intercept=alice&b'], outcome: ['to alice', addBaggage, addTwin] },
  { why: '8: query, escaped', send: ['GET /?__intercept=%61lice'], outcome: ['to alice', addBaggage, addTwin] },
  {
    why: '8: query, of two the last counts',
    send: ['GET /?__intercept=bob&__intercept=alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  { why: '8: query, empty', send: ['GET /?__intercept='], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '8: query, name alone', send: ['GET /?__intercept'], outcome: ['to baseline'] },
  { why: '8: query before cookie', send: ['GET /?__intercept=alice', 'cookie: intercept=bob'], outcome: ['to alice', addBaggage, addTwin] },
  {
    why: '8: alias before query',
    send: ['GET /?__intercept=bob', 'kubernetes-route-as: alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  { why: '8: baggage before query', send: ['GET /?__intercept=bob', 'baggage: intercept=alice'], outcome: ['to alice', addTwin] },
  { why: '9: WebSocket by query', send: ['GET /ws?__intercept=alice', 'upgrade: websocket'], outcome: ['to alice', addBaggage, addTwin] },
  {
    why: '8: an entry service keeps a live query key in a cookie, wherever it is live',
    at: 'web',
    send: ['GET /?__intercept=alice'],
    outcome: ['to baseline', addBaggage, addTwin, 'set cookie intercept=alice; Path=/; SameSite=Lax'],
  },
  { why: '8: not an unknown one', at: 'web', send: ['GET /?__intercept=dave'], outcome: ['to baseline', 'tell no-route'] },
  { why: '8: not one that came otherwise', at: 'web', send: ['cookie: intercept=alice'], outcome: ['to baseline', addBaggage, addTwin] },
  {
    why: '12: a CORS preflight only names the header: baseline',
    send: ['OPTIONS /', 'access-control-request-headers: x-intercept-id, baggage'],
    outcome: ['to baseline'],
  },
];
