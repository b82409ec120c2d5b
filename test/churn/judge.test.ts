import { expect, test } from 'vitest';
import type { Reply } from '../e2e/programs/question.ts';
import { judge, type Exchange } from './judge.ts';
import { createLedger, type Ledger, type Life } from './ledger.ts';

const baseline = JSON.stringify({ version: 'baseline', service: 's1' });
const byAgent = ({ id, service }: Life): string => JSON.stringify({ version: 'agent', service, life: id });

/** Alice's intercept of s1: routed from 1 s on, told to end at 10 s, gone at 11 s. */
function withAlice(): { readonly ledger: Ledger; readonly alice: Life } {
  const ledger = createLedger();
  const alice = ledger.begin({ service: 's1', key: 'alice', owner: 'alice', askedAt: 0 });
  Object.assign(alice, { readyAt: 1_000, endingAt: 10_000, endedAt: 11_000 });
  return { ledger, alice };
}

function at(sentAt: number, key: string | null, reply: Partial<Reply>): Exchange {
  const question = { id: 1, service: 's1', key, kept: false };
  return {
    question,
    sentAt,
    answeredAt: sentAt + 10,
    reply: { id: 1, status: 200, code: '', marker: '', body: baseline, connectionAgeMs: 0, ...reply },
  };
}

const offline = { status: 503, code: 'developer_offline', body: '' };

test('a live key is answered by its agent, and by nobody else', () => {
  const { ledger, alice } = withAlice();
  const bob = ledger.begin({ service: 's1', key: 'bob', owner: 'bob', askedAt: 0 });
  expect(judge(ledger, at(5_000, 'alice', { body: byAgent(alice) })).t).toBe('right');
  expect(judge(ledger, at(5_000, 'alice', { body: byAgent(bob) })).t).toBe('misrouted');
  expect(judge(ledger, at(5_000, 'alice', { marker: 'no-route' })).t).toBe('misrouted');
  expect(judge(ledger, at(5_000, 'alice', offline)).t).toBe('failed');
});

test('without a key the baseline answers, whatever happens', () => {
  const { ledger, alice } = withAlice();
  ledger.disturb(0);
  expect(judge(ledger, at(5_000, null, {})).t).toBe('right');
  expect(judge(ledger, at(5_000, null, { body: byAgent(alice) })).t).toBe('misrouted');
  expect(judge(ledger, at(5_000, null, offline)).t).toBe('failed');
  expect(judge(ledger, at(5_000, null, { status: undefined, error: 'ECONNRESET' })).t).toBe('failed');
  expect(judge(ledger, at(5_000, null, { body: JSON.stringify({ version: 'baseline', service: 's2' }) })).t).toBe('misrouted');
});

test('a key that nobody has is the baseline’s', () => {
  const { ledger } = withAlice();
  expect(judge(ledger, at(5_000, 'nobody', { marker: 'no-route' })).t).toBe('right');
  expect(judge(ledger, at(5_000, 'nobody', offline)).t).toBe('failed');
});

test('around begin and end, and while it is disturbed, an intercept may be missed', () => {
  const { ledger, alice } = withAlice();
  const disturbance = ledger.disturb(5_000, alice);
  disturbance.until = 6_000;
  for (const sentAt of [500, 5_500, 10_500]) {
    expect(judge(ledger, at(sentAt, 'alice', { marker: 'no-route' })).t).toBe('excused');
    expect(judge(ledger, at(sentAt, 'alice', offline)).t).toBe('excused');
  }
  expect(judge(ledger, at(7_000, 'alice', offline)).t).toBe('failed');
});

test('after the bound for its end an intercept answers no more', () => {
  const { ledger, alice } = withAlice();
  expect(judge(ledger, at(12_900, 'alice', { body: byAgent(alice) })).t).toBe('right');
  expect(judge(ledger, at(13_100, 'alice', { body: byAgent(alice) })).t).toBe('misrouted');
  expect(judge(ledger, at(13_100, 'alice', { marker: 'no-route' })).t).toBe('right');
});

test('a connection from before the takeover goes past the routers, without a mark', () => {
  const { ledger } = withAlice();
  expect(judge(ledger, at(5_000, 'alice', { connectionAgeMs: 4_500 })).t).toBe('excused');
  expect(judge(ledger, at(5_000, 'alice', { connectionAgeMs: 3_000 })).t).toBe('misrouted');
});
