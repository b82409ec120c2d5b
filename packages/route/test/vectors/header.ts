import { addBaggage, type Vector } from './vector.ts';

/** Requests without a key, and with a complete one. */
export const plainVectors: readonly Vector[] = [
  { why: 'no key: the baseline', send: ['Host: orders'], outcome: ['to baseline'] },
  { why: 'other baggage, cookies and query are nothing', send: ['GET /?a=1', 'baggage: a=1', 'cookie: sid=2'], outcome: ['to baseline'] },
  { why: 'both forms: alice, untouched', send: ['x-intercept-id: alice', 'baggage: intercept=alice'], outcome: ['to alice'] },
  { why: 'another key, another machine', send: ['x-intercept-id: bob', 'baggage: intercept=bob'], outcome: ['to bob'] },
];

/** The header and baggage together (rule 4). */
export const twinVectors: readonly Vector[] = [
  {
    why: '4: the header wins over baggage, which is put right',
    send: ['x-intercept-id: alice', 'baggage: a=1, intercept = bob ;p=1, c=3'],
    outcome: ['to alice', '- baggage: a=1, intercept = bob ;p=1, c=3', '+ baggage: a=1, intercept = alice ;p=1, c=3', 'count keys_differ'],
  },
  {
    why: '4: it wins even where its key is unknown and the baggage has a live one',
    send: ['x-intercept-id: dave', 'baggage: intercept=alice'],
    outcome: ['to baseline', 'tell no-route', 'count keys_differ'],
  },
  {
    why: '4: and even where it is no key',
    send: ['x-intercept-id: Alice', 'baggage: intercept=alice'],
    outcome: ['to baseline', 'tell invalid-key', 'count keys_differ'],
  },
  {
    why: '4: baggage that is no key differs too',
    send: ['x-intercept-id: alice', 'baggage: intercept='],
    outcome: ['to alice', '- baggage: intercept=', '+ baggage: intercept=alice', 'count keys_differ'],
  },
  {
    why: '4: so does a blank value',
    send: ['x-intercept-id: alice', 'baggage: intercept= ,a=1'],
    outcome: ['to alice', '- baggage: intercept= ,a=1', '+ baggage: intercept= alice,a=1', 'count keys_differ'],
  },
  {
    why: '4: two different headers',
    send: ['x-intercept-id: alice', 'x-intercept-id: bob'],
    outcome: ['refuse: x-intercept-id was sent more than once, with different values.'],
  },
  {
    why: '4: a key and an empty header are different',
    send: ['x-intercept-id: alice', 'x-intercept-id:'],
    outcome: ['refuse: x-intercept-id was sent more than once, with different values.'],
  },
  {
    why: '4: the same header twice is one key',
    send: ['x-intercept-id: alice', 'x-intercept-id: alice'],
    outcome: ['to alice', addBaggage],
  },
  {
    why: '4: a list in the header',
    send: ['x-intercept-id: alice, bob'],
    outcome: ['refuse: x-intercept-id must be one routing key, not a list.'],
  },
  {
    why: '4: also a list of the same',
    send: ['x-intercept-id: alice,alice'],
    outcome: ['refuse: x-intercept-id must be one routing key, not a list.'],
  },
];

/** Names, gRPC and hop-by-hop (rules 6, 9, 10). */
export const nameVectors: readonly Vector[] = [
  { why: '6: any case of header names', send: ['X-INTERCEPT-ID: alice', 'bAgGaGe: intercept=alice'], outcome: ['to alice'] },
  { why: '6: compared after validation', send: ['x-intercept-id: alice', 'baggage: intercept=%61lice'], outcome: ['to alice'] },
  {
    why: '9: gRPC metadata',
    send: ['POST /orders.v1.Orders/Get', 'x-intercept-id: alice', 'te: trailers'],
    outcome: ['to alice', addBaggage],
  },
  {
    why: '10: a header named in Connection counts',
    send: ['connection: x-intercept-id', 'x-intercept-id: alice'],
    outcome: ['to alice', addBaggage],
  },
];
