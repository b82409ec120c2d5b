import { expect, test } from 'vitest';
import { createPatience } from './patience.ts';

test('waits longer for a manager after each failure, and as long as at first after a success [agent.mostConnectMs]', () => {
  const patience = createPatience();
  const waits = Array.from({ length: 4 }, () => {
    const { waitMs } = patience;
    patience.failed();
    return waitMs;
  });
  expect(waits).toEqual([3_000, 6_000, 12_000, 15_000]);
  expect(patience.waitMs).toBe(15_000);
  patience.succeeded();
  expect(patience.waitMs).toBe(3_000);
});
