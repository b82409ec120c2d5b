import { addBaggage, addTwin, type Vector } from './vector.ts';

/** The aliases that are off by default. */
export const optInAliases: readonly string[] = [
  'x-telepresence-intercept-id',
  'baggage:okteto-divert',
  'baggage:mirrord-session',
  'baggage:sd-*',
  'tracestate:intercept',
];

/** Keys in the words of other tools (rule 7). */
export const aliasVectors: readonly Vector[] = [
  { why: '7: Bridge to Kubernetes', send: ['Kubernetes-Route-As: alice'], outcome: ['to alice', addBaggage, addTwin] },
  { why: '7: the header speaks first', send: ['kubernetes-route-as: bob', 'x-intercept-id: alice'], outcome: ['to alice', addBaggage] },
  { why: '7: so does baggage', send: ['kubernetes-route-as: bob', 'baggage: intercept=alice'], outcome: ['to alice', addTwin] },
  {
    why: '7: even where its key is unknown',
    send: ['kubernetes-route-as: bob', 'baggage: intercept=dave'],
    outcome: ['to baseline', 'tell no-route'],
  },
  { why: '7: a list is no key', send: ['kubernetes-route-as: alice, bob'], outcome: ['to baseline', 'tell invalid-key'] },
  {
    why: '7: of two lines the last counts',
    send: ['kubernetes-route-as: bob', 'kubernetes-route-as: alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  {
    why: '7: the others are off by default',
    send: ['x-telepresence-intercept-id: alice', 'tracestate: intercept=bob'],
    outcome: ['to baseline'],
  },
  {
    why: '7: Telepresence',
    aliases: optInAliases,
    send: ['x-telepresence-intercept-id: alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  {
    why: '7: Okteto',
    aliases: optInAliases,
    send: ['baggage: okteto-divert=alice'],
    outcome: ['to alice', '- baggage: okteto-divert=alice', '+ baggage: okteto-divert=alice,intercept=alice', addTwin],
  },
  {
    why: '7: mirrord',
    aliases: optInAliases,
    send: ['baggage: mirrord-session=%61lice;p'],
    outcome: ['to alice', '- baggage: mirrord-session=%61lice;p', '+ baggage: mirrord-session=%61lice;p,intercept=alice', addTwin],
  },
  {
    why: '7: Signadot, any member that begins with sd-',
    aliases: optInAliases,
    send: ['baggage: sd-routing-key=alice'],
    outcome: ['to alice', '- baggage: sd-routing-key=alice', '+ baggage: sd-routing-key=alice,intercept=alice', addTwin],
  },
  { why: '7: tracestate', aliases: optInAliases, send: ['tracestate: a=b;c,intercept=alice'], outcome: ['to alice', addBaggage, addTwin] },
  {
    why: '7: the first alias of the configuration speaks',
    aliases: ['X-First', 'x-second'],
    send: ['x-second: bob', 'x-first: alice'],
    outcome: ['to alice', addBaggage, addTwin],
  },
  { why: '7: without aliases', aliases: [], send: ['kubernetes-route-as: alice'], outcome: ['to baseline'] },
];
