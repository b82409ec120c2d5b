import { expect, test } from 'vitest';
import { createRule } from '../test/world.ts';
import { findConflict } from './conflict.ts';

const claim = createRule('orders', 'alice', { owner: 'ann' });

test('nobody holds the key', () => {
  expect(findConflict([], claim)).toBeUndefined();
  expect(findConflict([createRule('orders', 'bob', { owner: 'ben' })], claim)).toBeUndefined();
});

test('an owner is never in conflict with themselves', () => {
  expect(findConflict([claim, createRule('payments', 'alice', { owner: 'ann' })], claim)).toBeUndefined();
});

test('another owner has the very route', () => {
  const rule = createRule('orders', 'alice', { owner: 'ben' });
  expect(findConflict([rule], claim)).toEqual({ t: 'route_taken', rule });
});

test.each([createRule('payments', 'alice', { owner: 'ben' }), createRule('orders', 'alice', { owner: 'ben', port: 'admin' })])(
  'another owner holds the key elsewhere: $id',
  (rule) => {
    expect(findConflict([rule], claim)).toEqual({ t: 'key_taken', rule });
  },
);

test('the very route is named before another one', () => {
  const [other, same] = [createRule('payments', 'alice', { owner: 'ben' }), createRule('orders', 'alice', { owner: 'ben' })];
  expect(findConflict([other, same], claim)).toEqual({ t: 'route_taken', rule: same });
});
