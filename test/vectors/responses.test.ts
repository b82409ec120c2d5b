import { answerPlainly, openRawClient, until, type OriginConnection, type OriginRequest } from '@switchyard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestRouter, type TestRouter } from '../support/test-router.ts';
import { cutsOf } from './cuts.ts';
import { judgeResponse, type AskOptions } from './judge-response.ts';
import type { ResponseVector } from './response-vector.ts';
import { responseVectors } from './responses/index.ts';

let router: TestRouter<'baseline' | 'alice'>;
let current: { readonly vector: ResponseVector; readonly pieces: readonly Buffer[] } | undefined;

async function answer(request: OriginRequest, connection: OriginConnection): Promise<void> {
  const side = request.header('x-intercept-id') ?? 'baseline';
  if (request.target !== '/vector' || current === undefined) return answerPlainly(side, request, connection);
  const { vector, pieces } = current;
  for (const piece of pieces) {
    connection.send(piece);
    await new Promise(setImmediate);
  }
  if (vector.originThen === 'ends') connection.socket.end();
  if (vector.originThen === 'resets') connection.socket.resetAndDestroy();
}

beforeAll(async () => {
  router = await openTestRouter({ keys: ['alice'], baseline: { answer }, keyed: { answer } });
});
afterAll(() => router[Symbol.asyncDispose]());

/** Nobody else gets a byte of what the origin made up. */
async function judgeBystander(): Promise<void> {
  await using client = await openRawClient(router.port);
  client.send('GET /bystander HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect((await client.readResponse()).body.toString()).toBe('baseline GET /bystander\n');
}

async function untilLeft(...sides: readonly ('baseline' | 'alice')[]): Promise<void> {
  await until(() => sides.every((side) => router.origins[side].open === 0), { about: `${sides.join(' and ')} to be left alone` });
}

const asks: readonly AskOptions[] = [
  { side: 'baseline', keyLines: '', untilDropped: () => untilLeft('baseline') },
  { side: 'alice', keyLines: 'x-intercept-id: alice\r\n', untilDropped: () => untilLeft('alice') },
];

/** A target that goes away is answered for by the router where a key chose it (test/integration/stale-upstream.test.ts). */
function isMeantFor(vector: ResponseVector, side: string): boolean {
  return side === 'baseline' || vector.outcome !== 'closed';
}

let seed = 1;
for (const asked of asks) {
  for (const [subject, vectors] of Object.entries(responseVectors)) {
    describe(`responses of ${asked.side}, ${subject}:`, () => {
      for (const vector of vectors.filter((candidate) => isMeantFor(candidate, asked.side))) {
        test(`${vector.name} -> ${vector.outcome}`, async () => {
          for (const [how, pieces] of Object.entries(cutsOf(vector.answer, seed++))) {
            current = { vector, pieces };
            try {
              await using client = await openRawClient(router.port);
              await judgeResponse(vector, client, asked);
            } catch (cause) {
              throw new Error(`${how}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
            }
          }
          await judgeBystander();
          await untilLeft('baseline', 'alice');
        });
      }
    });
  }
}
