import { parseRoutingKey, parseServiceName, toInterceptId, type InterceptInfo, type Waiting } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { refuseKnownConflict } from './routed-service.ts';

const key = parseRoutingKey('alice');
const shop = parseServiceName('shop');
const claim = { service: parseServiceName('orders'), port: 'http', key, match: [], sharedWith: [], joins: false };
const mallory: InterceptInfo = {
  ...claim,
  service: shop,
  id: toInterceptId(shop, 'http', key),
  owner: 'mallory',
  whenAway: 'fail',
  session: 'ready',
  client: 'laptop',
  createdAt: new Date(1),
  expiresAt: new Date(2),
};

test.for<[what: string, waiting: Waiting | undefined, refused: boolean]>([
  ['is routed by', undefined, true],
  ['waits for its Service', { accepted: true, reason: 'Preparing', message: '' }, true],
  ['waits for an approval', { accepted: false, reason: 'ApprovalPending', message: '' }, true],
  ['has no Service now', { accepted: false, reason: 'ServiceNotFound', message: '' }, true],
  ['is refused', { accepted: false, reason: 'PolicyDenied', message: '' }, false],
])('an intercept that %s keeps its key from others, or not', ([, waiting, refused]) => {
  const ask = (): void => refuseKnownConflict([{ ...mallory, waiting }], { ...claim, owner: 'alice' });
  if (refused) expect(ask).toThrow('The key "alice" belongs to mallory');
  else expect(ask).not.toThrow();
});

test('one of their own that is refused does not stand in the way of its owner', () => {
  const own: InterceptInfo = { ...mallory, ...claim, owner: 'alice' };
  expect(() => refuseKnownConflict([own], { ...claim, owner: 'alice' })).toThrow('You already intercept orders');
  const waiting = { accepted: false, reason: 'KeyTaken', message: '' };
  expect(() => refuseKnownConflict([{ ...own, waiting }], { ...claim, owner: 'alice' })).not.toThrow();
});
