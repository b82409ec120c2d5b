import type { Stage } from './stage.ts';

/** A request, and what its answer has to be. */
export interface Ask {
  readonly to: 'web' | 'orders';
  readonly headers?: Readonly<Record<string, string>>;
  /** Which version of `orders` answered, or the error that the manager answered itself. */
  readonly expect: { readonly orders: string } | { readonly status: number; readonly error: string };
}

/** One thing to see. */
export interface Step {
  readonly title: string;
  /** What happens before the requests are sent. */
  readonly act?: { readonly about: string; readonly run: (stage: Stage) => Promise<void> };
  /** Sent one after the other on one kept-alive connection per service. */
  readonly asks: readonly Ask[];
  /** Say afterwards which connection it was. */
  readonly keptVisibly?: true;
}

const alice = { 'x-intercept-id': 'alice' } as const;
const bob = { 'x-intercept-id': 'bob' } as const;

const fromBaseline = { orders: 'baseline' } as const;
const fromAlice = { orders: 'alice' } as const;
const fromBob = { orders: 'bob' } as const;

/** The demo, in order. */
export const steps: readonly Step[] = [
  {
    title: 'Without a key the shop is as it always was',
    asks: [{ to: 'orders', expect: fromBaseline }],
  },
  {
    title: "A request with a developer's key reaches that developer's process; `baggage` will do, too",
    asks: [
      { to: 'orders', headers: alice, expect: fromAlice },
      { to: 'orders', headers: bob, expect: fromBob },
      { to: 'orders', headers: { baggage: 'tenant=blue,intercept=bob' }, expect: fromBob },
    ],
  },
  {
    title: 'Every request is decided by itself, even on one kept-alive connection',
    keptVisibly: true,
    asks: [
      { to: 'orders', headers: alice, expect: fromAlice },
      { to: 'orders', expect: fromBaseline },
      { to: 'orders', headers: bob, expect: fromBob },
      { to: 'orders', headers: alice, expect: fromAlice },
      { to: 'orders', headers: bob, expect: fromBob },
      { to: 'orders', expect: fromBaseline },
    ],
  },
  {
    title: "A request that enters at web, which nobody intercepts, reaches alice's orders one hop further",
    asks: [
      { to: 'web', headers: alice, expect: fromAlice },
      { to: 'web', expect: fromBaseline },
    ],
  },
  {
    title: 'A key that nobody holds goes to the baseline, and the answer says so',
    asks: [{ to: 'orders', headers: { 'x-intercept-id': 'carol' }, expect: fromBaseline }],
  },
  {
    title: 'A crash is said plainly to the one whose process it was; nobody else notices',
    act: { about: "bob's process is killed", run: async (stage) => stage.crashBob() },
    asks: [
      { to: 'orders', headers: bob, expect: { status: 502, error: 'local_refused' } },
      { to: 'orders', expect: fromBaseline },
      { to: 'orders', headers: alice, expect: fromAlice },
    ],
  },
  {
    title: 'He starts it again, and the intercept is still there',
    act: { about: "bob's process starts", run: async (stage) => stage.startBob() },
    asks: [{ to: 'orders', headers: bob, expect: fromBob }],
  },
  {
    title: 'Once bob is done, his key means nothing any more',
    act: { about: 'bob ends `intercept up`', run: async (stage) => stage.bobLeaves() },
    asks: [
      { to: 'orders', headers: bob, expect: fromBaseline },
      { to: 'orders', headers: alice, expect: fromAlice },
    ],
  },
];
