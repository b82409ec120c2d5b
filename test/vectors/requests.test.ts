import { openRawClient } from '@switchyard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestRouter, type TestRouter } from '../support/test-router.ts';
import { cutsOf } from './cuts.ts';
import { judgeRequest, untilIdle } from './judge-request.ts';
import { asAlice, behindAlice } from './derive.ts';
import type { RequestVector, Side } from './request-vector.ts';
import { requestVectors } from './requests/index.ts';

let router: TestRouter<Side>;
beforeAll(async () => {
  router = await openTestRouter({ keys: ['alice', 'bob'] });
});
afterAll(() => router[Symbol.asyncDispose]());

/** Somebody else's connection must not notice what the vector did. */
async function judgeBystander(side: string): Promise<void> {
  await using client = await openRawClient(router.port);
  const key = side === 'baseline' ? '' : `x-intercept-id: ${side}\r\n`;
  client.send(`GET /bystander HTTP/1.1\r\nHost: orders\r\n${key}\r\n`);
  const response = await client.readResponse();
  expect(response.body.toString()).toBe(`${side} GET /bystander\n`);
}

async function judgeOverFreshConnection(vector: RequestVector, how: string, pieces: readonly Buffer[]): Promise<void> {
  router.clear();
  try {
    await judgeRequest(vector, pieces, await openRawClient(router.port), router.origins);
  } catch (cause) {
    throw new Error(`${how}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    router.origins.baseline.destroyConnections();
  }
}

let seed = 1;
for (const [subject, vectors] of Object.entries(requestVectors)) {
  describe(`requests, ${subject}:`, () => {
    for (const vector of vectors) {
      test(`${vector.name} -> ${vector.outcome}`, async () => {
        for (const [how, pieces] of Object.entries(cutsOf(vector.send, seed++))) await judgeOverFreshConnection(vector, how, pieces);
        // The same where a key chose the side, and on a connection that has alice's answer already.
        const keyed = asAlice(vector);
        if (keyed !== undefined) await judgeOverFreshConnection(keyed, 'as alice', [keyed.send]);
        const behind = behindAlice(vector);
        await judgeOverFreshConnection(behind, 'behind alice', [behind.send]);
        await Promise.all(['baseline', 'alice', 'bob'].map((side) => judgeBystander(side)));
        await untilIdle(router.origins);
      });
    }
  });
}
