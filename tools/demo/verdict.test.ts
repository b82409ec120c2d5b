import { expect, test } from 'vitest';
import { readHops, readOrdersVersion } from './shop-answer.ts';
import { judge } from './verdict.ts';

const orders = (version: string): unknown => ({ service: 'orders', version, payments: { service: 'payments', version: 'baseline' } });

test('finds the orders that took part, at any depth', () => {
  expect(readOrdersVersion(orders('alice'))).toBe('alice');
  expect(readOrdersVersion({ service: 'web', version: 'baseline', orders: orders('bob') })).toBe('bob');
  expect(readOrdersVersion({ service: 'web', version: 'baseline', orders: { error: '502 local_refused' } })).toBeUndefined();
  expect(readOrdersVersion(undefined)).toBeUndefined();
});

test('names everybody who took part', () => {
  expect(readHops({ service: 'web', version: 'baseline', orders: orders('bob') })).toEqual([
    { service: 'web', version: 'baseline' },
    { service: 'orders', version: 'bob' },
    { service: 'payments', version: 'baseline' },
  ]);
  expect(readHops('ok')).toEqual([]);
});

test('an answer from the wrong side is wrong', () => {
  const ask = { to: 'orders', expect: { orders: 'alice' } } as const;
  expect(judge(ask, { status: 200, headers: {}, body: orders('alice') }).right).toBe(true);
  expect(judge(ask, { status: 200, headers: {}, body: orders('baseline') }).right).toBe(false);
  expect(judge(ask, { status: 500, headers: {}, body: orders('alice') }).right).toBe(false);
});

test('an expected error has to be the one that was expected', () => {
  const ask = { to: 'orders', expect: { status: 502, error: 'local_refused' } } as const;
  const headers = { 'x-intercept-error': 'local_refused' };
  expect(judge(ask, { status: 502, headers, body: undefined })).toEqual({
    right: true,
    words: '502  x-intercept-error: local_refused',
  });
  expect(judge(ask, { status: 502, headers: {}, body: undefined }).right).toBe(false);
  expect(judge(ask, { status: 200, headers: {}, body: orders('baseline') }).right).toBe(false);
});
