import { parseRoutingKey, parseServiceName, type Match } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { findConflict, type RouteClaim } from './conflict.ts';

/** What `owner` holds or claims: `orders`, port `http`, key `alice`, unless said otherwise. */
function createClaim(owner: string, changes: Partial<RouteClaim> = {}): RouteClaim {
  const [service, key] = [parseServiceName('orders'), parseRoutingKey('alice')];
  return { service, port: 'http', key, match: [], owner, sharedWith: [], joins: false, ...changes };
}

const payments = { service: parseServiceName('payments') };
const claim = createClaim('ann');

test('nobody holds the key', () => {
  expect(findConflict([], claim)).toBeUndefined();
  expect(findConflict([createClaim('ben', { key: parseRoutingKey('bob') })], claim)).toBeUndefined();
});

test('an owner is never in conflict with themselves', () => {
  expect(findConflict([claim, createClaim('ann', payments)], claim)).toBeUndefined();
});

test('another owner has the very route, whatever else each of them asks for', () => {
  const rule = createClaim('ben', { match: [[{ t: 'method', method: 'GET' }]], sharedWith: ['*'] });
  expect(findConflict([rule], createClaim('ann', { joins: true }))).toEqual({ t: 'route_taken', rule });
});

test.each([payments, { port: 'admin' }])('another owner holds the key elsewhere: %o', (changes) => {
  const rule = createClaim('ben', changes);
  expect(findConflict([rule], claim)).toEqual({ t: 'key_taken', rule, offered: false });
});

test('the very route is named before another one', () => {
  const [other, same] = [createClaim('ben', payments), createClaim('ben')];
  expect(findConflict([other, same], claim)).toEqual({ t: 'route_taken', rule: same });
});

test('a key is shared where its holder says so and the claim joins', () => {
  const joining = createClaim('ann', { joins: true });
  for (const sharedWith of [['ann'], ['cy', 'ann'], ['*']]) {
    const rule = createClaim('ben', { ...payments, sharedWith });
    expect(findConflict([rule], joining)).toBeUndefined();
    expect(findConflict([rule], claim)).toEqual({ t: 'key_taken', rule, offered: true });
  }
  const rule = createClaim('ben', { ...payments, sharedWith: ['cy', 'an'] });
  expect(findConflict([rule], joining)).toEqual({ t: 'key_taken', rule, offered: false });
});

test('who joined does not share on, until the key is theirs', () => {
  const holder = createClaim('ben', { ...payments, sharedWith: ['cy'] });
  const joined = createClaim('cy', { service: parseServiceName('carts'), sharedWith: ['*'], joins: true });
  const joining = createClaim('ann', { joins: true });
  expect(findConflict([holder, joined], joining)).toEqual({ t: 'key_taken', rule: holder, offered: false });
  expect(findConflict([joined], joining)).toBeUndefined();
});

test('the holder goes on with the key that others joined, and shares with any of the intercepts', () => {
  const holder = createClaim('ann', payments);
  const joined = createClaim('cy', { service: parseServiceName('carts'), joins: true });
  expect(findConflict([holder, joined], claim)).toBeUndefined();
  const sharing = createClaim('ann', { service: parseServiceName('web'), sharedWith: ['ben'] });
  expect(findConflict([holder, sharing], createClaim('ben', { joins: true }))).toBeUndefined();
});

const blue: Match = [
  [
    { t: 'header', name: 'x-team', text: { t: 'exact', value: 'blue' } },
    { t: 'method', method: 'GET' },
  ],
];
const blueToo: Match = [[...(blue[0] ?? [])].toReversed()];
const green: Match = [[{ t: 'header', name: 'x-team', text: { t: 'exact', value: 'green' } }]];

test('without a key the same match on the same port is taken, however it is written', () => {
  const rule = createClaim('ben', { key: undefined, match: blue });
  expect(findConflict([rule], createClaim('ann', { key: undefined, match: blueToo }))).toEqual({ t: 'route_taken', rule });
  for (const changes of [{ match: green }, { match: blue, port: 'admin' }, { match: blue, ...payments }]) {
    expect(findConflict([rule], createClaim('ann', { key: undefined, ...changes }))).toBeUndefined();
  }
});

test('what has a key and what has none are never in conflict', () => {
  expect(findConflict([createClaim('ben', { match: blue })], createClaim('ann', { key: undefined, match: blue }))).toBeUndefined();
  expect(findConflict([createClaim('ben', { key: undefined, match: blue })], createClaim('ann', { match: blue }))).toBeUndefined();
});
