import { openRawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createDirectSnapshot, openTestRouter } from '../support/test-router.ts';

checkLeaks();

test('an intercept that leads to its own service ends after eight hops, and nobody else notices', async () => {
  await using router = await openTestRouter({ keys: [] });
  router.router.update(createDirectSnapshot({ alice: router.port }));
  await using client = await openRawClient(router.port);
  client.send('GET /1 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  const looped = await client.readResponse();
  expect([looped.status, looped.header('x-intercept-error')]).toEqual([508, 'loop_detected']);
  await using bystander = await openRawClient(router.port);
  bystander.send('GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect((await bystander.readResponse()).status).toBe(200);
  expect(router.origins.baseline.requests.length).toBe(1);
});
