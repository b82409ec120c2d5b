import { InterceptError, type InterceptInfo } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { Context } from '../context.ts';
import { createTeller } from './agent-session.ts';

test('of requests that cannot be delivered one is told in 5 s [cli.failureQuietMs]', () => {
  const clock = createFakeClock();
  const told: string[] = [];
  const context = { clock, output: { warn: (text: string) => void told.push(text) } } as unknown as Context;
  const tell = createTeller(context, { manager: 'the manager', intercepts: [] } as unknown as Parameters<typeof createTeller>[1]);
  const intercept = { service: 'orders' } as InterceptInfo;
  const fail = (): void => tell({ t: 'delivery_failed', intercept, error: new InterceptError('local_refused', 'Nothing listens.') });
  fail();
  fail();
  clock.advance(4_999);
  fail();
  expect(told).toEqual(['a request for orders could not be delivered: Nothing listens.']);
  clock.advance(1);
  fail();
  expect(told).toHaveLength(2);
});
