import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { kubeLimits } from '../limits.ts';
import { createLeadership } from './leadership.ts';

const spanMs = kubeLimits.leaseMs.value - kubeLimits.leaseMarginMs.value;

test('lasts from when the call was sent, not from when it was answered', () => {
  const clock = createFakeClock();
  const changes: boolean[] = [];
  const leadership = createLeadership(clock, (leading) => void changes.push(leading));
  const sentMs = clock.now();
  clock.advance(3000);
  leadership.extend(sentMs);
  clock.advance(spanMs - 3001);
  expect(leadership.leading).toBe(true);
  clock.advance(1);
  expect([leadership.leading, ...changes]).toEqual([false, true, false]);
});

test('ends even where no timer ran, as in a process that stood still', () => {
  const clock = createFakeClock();
  const leadership = createLeadership({ ...clock, after: () => ({ cancel: () => {} }) }, () => {});
  leadership.extend(clock.now());
  expect(leadership.leading).toBe(true);
  clock.advance(spanMs);
  expect(leadership.leading).toBe(false);
});
