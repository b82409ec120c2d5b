import { addBaggage, addTwin, type Vector } from './vector.ts';

const full = Array.from({ length: 64 }, (_, index) => `m${index}=1`).join(',');
const roomy = Array.from({ length: 63 }, (_, index) => `m${index}=1`).join(',');
/** Reading baggage (rules 1 and 2). */
export const baggageVectors: readonly Vector[] = [
  { why: '1: baggage alone', send: ['baggage: intercept=alice'], outcome: ['to alice', addTwin] },
  { why: '1: properties end the value', send: ['baggage: intercept=alice;p=1'], outcome: ['to alice', addTwin] },
  { why: '1: spaces and tabs around everything', send: ['baggage: a=1 ,\t intercept \t= alice ;p'], outcome: ['to alice', addTwin] },
  {
    why: '1: repeated lines are one list',
    send: ['baggage: a=1', 'baggage: intercept=alice', 'baggage: b=2'],
    outcome: ['to alice', addTwin],
  },
  { why: '1: the value is percent-decoded', send: ['baggage: intercept=%61lic%65'], outcome: ['to alice', addTwin] },
  { why: '1: the value is all after the first =', send: ['baggage: intercept=alice=1'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '1: our name as a value is nothing', send: ['baggage: a=intercept=alice'], outcome: ['to baseline'] },
  { why: '1: our name as a property is nothing', send: ['baggage: a=1;intercept=alice'], outcome: ['to baseline'] },
  { why: '1: names are case-sensitive', send: ['baggage: Intercept=alice'], outcome: ['to baseline'] },
  { why: '1: a longer name is another name', send: ['baggage: xintercept=alice,intercepts=bob'], outcome: ['to baseline'] },
  { why: '1: a member without = is nothing', send: ['baggage: intercept,intercept;p=1'], outcome: ['to baseline'] },
  { why: '2: of duplicate members the last wins', send: ['baggage: intercept=bob,a=1,intercept=alice'], outcome: ['to alice', addTwin] },
  { why: '2: also over several lines', send: ['baggage: intercept=bob', 'baggage: intercept=alice'], outcome: ['to alice', addTwin] },
  {
    why: '2: even where the last is no key',
    send: ['baggage: intercept=alice,intercept=Bob'],
    outcome: ['to baseline', 'tell invalid-key'],
  },
];

const long = `a=${'x'.repeat(8192 - ',intercept=alice'.length - 'a='.length)}`;

/** Completing baggage (rule 3). */
export const completionVectors: readonly Vector[] = [
  { why: '3: without baggage a line is added', send: ['x-intercept-id: alice'], outcome: ['to alice', addBaggage] },
  {
    why: '3: our member comes behind the others, which keep bytes and order',
    send: ['x-intercept-id: alice', 'Baggage: b=%20;p , a=1'],
    outcome: ['to alice', '- Baggage: b=%20;p , a=1', '+ Baggage: b=%20;p , a=1,intercept=alice'],
  },
  {
    why: '3: of several lines the first takes it, as some libraries read no other',
    send: ['x-intercept-id: alice', 'baggage: a=1', 'baggage: b=2'],
    outcome: ['to alice', '- baggage: a=1', '+ baggage: a=1,intercept=alice'],
  },
  {
    why: '3: an empty line needs no comma',
    send: ['x-intercept-id: alice', 'baggage:'],
    outcome: ['to alice', '- baggage:', '+ baggage: intercept=alice'],
  },
  {
    why: '3: nor does a trailing comma',
    send: ['x-intercept-id: alice', 'baggage: a=1,'],
    outcome: ['to alice', '- baggage: a=1,', '+ baggage: a=1,intercept=alice'],
  },
  {
    why: '3: a 64th member fits',
    send: ['x-intercept-id: alice', `baggage: ${roomy}`],
    outcome: ['to alice', `- baggage: ${roomy}`, `+ baggage: ${roomy},intercept=alice`],
  },
  {
    why: '3: a 65th does not: only the header, counted',
    send: ['GET /?__intercept=alice', `baggage: ${full}`],
    outcome: ['to alice', addTwin, 'count baggage_full'],
  },
  {
    why: '3: 8192 bytes fit',
    send: ['x-intercept-id: alice', `baggage: ${long}`],
    outcome: ['to alice', `- baggage: ${long}`, `+ baggage: ${long},intercept=alice`],
  },
  { why: '3: one more does not', send: ['x-intercept-id: alice', `baggage: ${long}x`], outcome: ['to alice', 'count baggage_full'] },
  {
    why: '3: a wrong key is replaced however full the baggage is',
    send: ['x-intercept-id: alice', `baggage: ${full},intercept=bob`],
    outcome: ['to alice', `- baggage: ${full},intercept=bob`, `+ baggage: ${full},intercept=alice`, 'count keys_differ'],
  },
];
