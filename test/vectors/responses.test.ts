import { answerPlainly, openRawClient, until, type OriginConnection, type OriginRequest } from '@switchyard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestRouter, type TestRouter } from '../support/test-router.ts';
import { cutsOf } from './cuts.ts';
import { judgeResponse } from './judge-response.ts';
import type { ResponseVector } from './response-vector.ts';
import { responseVectors } from './responses/index.ts';

let router: TestRouter<'baseline'>;
let current: { readonly vector: ResponseVector; readonly pieces: readonly Buffer[] } | undefined;

async function answer(request: OriginRequest, connection: OriginConnection): Promise<void> {
  if (request.target !== '/vector' || current === undefined) return answerPlainly('baseline', request, connection);
  const { vector, pieces } = current;
  for (const piece of pieces) {
    connection.send(piece);
    await new Promise(setImmediate);
  }
  if (vector.originThen === 'ends') connection.socket.end();
  if (vector.originThen === 'resets') connection.socket.resetAndDestroy();
}

beforeAll(async () => {
  router = await openTestRouter({ keys: [], baseline: { answer } });
});
afterAll(() => router[Symbol.asyncDispose]());

/** Nobody else gets a byte of what the origin made up. */
async function judgeBystander(): Promise<void> {
  await using client = await openRawClient(router.port);
  client.send('GET /bystander HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect((await client.readResponse()).body.toString()).toBe('baseline GET /bystander\n');
}

let seed = 1;
for (const [subject, vectors] of Object.entries(responseVectors)) {
  describe(`responses, ${subject}:`, () => {
    for (const vector of vectors) {
      test(`${vector.name} -> ${vector.outcome}`, async () => {
        for (const [how, pieces] of Object.entries(cutsOf(vector.answer, seed++))) {
          current = { vector, pieces };
          try {
            await using client = await openRawClient(router.port);
            await judgeResponse(vector, client);
          } catch (cause) {
            throw new Error(`${how}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
          }
        }
        await judgeBystander();
        await until(() => router.origins.baseline.open === 0, { about: 'the origin to be left alone' });
      });
    }
  });
}
