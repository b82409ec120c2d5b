import { optInAliases } from './aliases.ts';
import type { Vector } from './vector.ts';

/** What the outside world sends (rule 10). */
export const untrustedVectors: readonly Vector[] = [
  {
    why: '10: from outside, the header',
    at: 'edge',
    send: ['x-intercept-id: alice'],
    outcome: ['to baseline', '- x-intercept-id: alice', 'count key_stripped'],
  },
  {
    why: '10: nothing is refused there',
    at: 'edge',
    send: ['x-intercept-id: alice', 'x-intercept-id: bob'],
    outcome: ['to baseline', '- x-intercept-id: alice', '- x-intercept-id: bob', 'count key_stripped'],
  },
  {
    why: '10: baggage keeps its other members',
    at: 'edge',
    send: ['baggage: a=1, intercept=alice;p, b=2,intercept=bob'],
    outcome: ['to baseline', '- baggage: a=1, intercept=alice;p, b=2,intercept=bob', '+ baggage: a=1, b=2', 'count key_stripped'],
  },
  {
    why: '10: a disguise that a tracing library sees through',
    at: 'edge',
    send: ['baggage: %69ntercept=alice', 'baggage: \u00a0intercept\u00a0=bob'],
    outcome: ['to baseline', '- baggage: %69ntercept=alice', '- baggage: \u00a0intercept\u00a0=bob', 'count key_stripped'],
  },
  {
    why: '10: aliases',
    at: 'edge',
    aliases: ['kubernetes-route-as', ...optInAliases],
    send: ['kubernetes-route-as: alice', 'baggage: sd-a=alice,sda=1', 'tracestate: intercept=bob,a=b'],
    outcome: [
      'to baseline',
      '- kubernetes-route-as: alice',
      '- baggage: sd-a=alice,sda=1',
      '- tracestate: intercept=bob,a=b',
      '+ baggage: sda=1',
      '+ tracestate: a=b',
      'count key_stripped',
    ],
  },
  {
    why: '10: cookie',
    at: 'edge',
    send: ['cookie: intercept=alice; sid=1', 'cookie: intercept=alice'],
    outcome: ['to baseline', '- cookie: intercept=alice; sid=1', '- cookie: intercept=alice', '+ cookie: sid=1', 'count key_stripped'],
  },
  { why: '10: query', at: 'edge', send: ['GET /?a=1&__intercept=alice&b'], outcome: ['to baseline', 'query a=1&b', 'count key_stripped'] },
  { why: '10: query alone', at: 'edge', send: ['GET /?__intercept=alice'], outcome: ['to baseline', 'query (none)', 'count key_stripped'] },
  {
    why: '10: without the alias, tracestate is not ours',
    at: 'edge',
    aliases: ['tracestate:other'],
    send: ['tracestate: intercept=alice'],
    outcome: ['to baseline'],
  },
  {
    why: '10: without a key nothing is touched',
    at: 'edge',
    send: ['GET /?a=1', 'baggage: a=1 , b', 'cookie: c=d ;e'],
    outcome: ['to baseline'],
  },
];
