import { parseRoutingKey } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { planCompletion } from './completion.ts';

const key = parseRoutingKey('alice');

/** Whether the key still joins a line of baggage. */
function joins(value: string): boolean {
  const plan = planCompletion([{ name: 'baggage', value, line: 0 }], { form: 'twin', key, baggage: undefined });
  expect(plan.completion.baggage === undefined).toBe(plan.baggageFull);
  return !plan.baggageFull;
}

test('the key joins baggage of up to 8192 bytes, itself included [route.baggageBytes]', () => {
  const room = 8192 - ',intercept=alice'.length - 'a='.length;
  expect([joins(`a=${'x'.repeat(room)}`), joins(`a=${'x'.repeat(room + 1)}`)]).toEqual([true, false]);
});

test('the key is the 64th member at most [route.baggageMembers]', () => {
  const members = (count: number): string => Array.from({ length: count }, (_, index) => `m${index}=1`).join(',');
  expect([joins(members(63)), joins(members(64))]).toEqual([true, false]);
});
