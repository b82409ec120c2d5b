import { parseRoutingKey, parseServiceName, toInterceptId, type InterceptId } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { UsageBook } from './usage-book.ts';

const toId = (key: string): InterceptId => toInterceptId(parseServiceName('orders'), 'http', parseRoutingKey(key));

test('figures grow until they are forgotten, and begin anew then', () => {
  const book = new UsageBook(10);
  expect(book.usageOf(toId('alice'))).toBeUndefined();
  book.cellOf(toId('alice')).requests++;
  const before = book.usageOf(toId('alice'));
  book.cellOf(toId('alice')).requests++;
  expect([before?.requests, book.usageOf(toId('alice'))?.requests]).toEqual([1, 2]);
  book.forget(toId('alice'));
  expect(book.usageOf(toId('alice'))).toBeUndefined();
  book.cellOf(toId('alice')).requests++;
  expect(book.usageOf(toId('alice'))?.requests).toBe(1);
});

test('for one intercept too many the first one is forgotten [router.usedIntercepts]', () => {
  const book = new UsageBook(2);
  for (const key of ['alice', 'bob', 'carol']) book.cellOf(toId(key)).requests++;
  expect(['alice', 'bob', 'carol'].map((key) => book.usageOf(toId(key))?.requests)).toEqual([undefined, 1, 1]);
});
