import { openRawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { openTestRouter } from '../support/test-router.ts';
import { judgeRequest, untilIdle } from './judge-request.ts';
import { requestVectors } from './requests/index.ts';

// The proof that the vectors can fail: the same port as a relay of bytes, which frames and decides nothing.
test('a relay that looks at nothing fails every vector that is to be refused', { timeout: 60_000 }, async () => {
  await using relay = await openTestRouter({ keys: ['alice', 'bob'], protocol: 'tcp' });
  const refused = Object.values(requestVectors)
    .flat()
    .filter((vector) => vector.outcome.startsWith('refused') && vector.send.length < 10_000);
  expect(refused.length).toBeGreaterThan(250);
  for (const vector of refused) {
    relay.clear();
    await using client = await openRawClient(relay.port);
    const verdict = await judgeRequest(vector, [vector.send], client, relay.origins).catch((error: unknown) => error);
    if (!(verdict instanceof Error)) throw new Error(`"${vector.name}" passes through a relay of bytes`);
    await client[Symbol.asyncDispose]();
    await untilIdle(relay.origins);
  }
});
