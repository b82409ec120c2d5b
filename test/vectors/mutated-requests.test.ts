import {
  answerPlainly,
  createRandom,
  cutRandomly,
  openRawClient,
  parseStrictRequest,
  type OriginConnection,
  type OriginRequest,
  type StrictRequest,
} from '@switchyard/testkit';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestRouter, type TestRouter } from '../support/test-router.ts';
import { untilIdle } from './judge-request.ts';
import { mutate } from './mutate.ts';
import type { Side } from './request-vector.ts';
import { requestVectors } from './requests/index.ts';
import { toPrintable } from './wire.ts';

/** More with `MUTATIONS=20000`. */
const mutations = Number(process.env['MUTATIONS'] ?? 1000);
const firstSeed = Number(process.env['SEED'] ?? 1);

let router: TestRouter<Side>;
const arrived: OriginRequest[] = [];

beforeAll(async () => {
  const behaviour = (side: string) => ({
    answer(request: OriginRequest, connection: OriginConnection): void {
      arrived.push(request);
      answerPlainly(side, request, connection);
    },
  });
  router = await openTestRouter({ keys: ['alice', 'bob'], baseline: behaviour('baseline'), keyed: behaviour('keyed') });
});
afterAll(() => router[Symbol.asyncDispose]());

/** What the reference parser takes `bytes` for: requests until the first doubt. */
function readStrictly(bytes: Buffer): StrictRequest[] {
  const requests: StrictRequest[] = [];
  try {
    for (let rest = bytes; ;) {
      if (rest[0] === 13 && rest[1] === 10) rest = rest.subarray(2);
      const request = parseStrictRequest(rest);
      if (request === undefined) return requests;
      requests.push(request);
      rest = rest.subarray(request.raw.length);
    }
  } catch {
    return requests;
  }
}

function expectEqual(found: unknown, expected: unknown, about: string): void {
  if (!isDeepStrictEqual(found, expected)) throw new Error(`${about}: found ${JSON.stringify(found)}`);
}

/** A request without what the router may edit in a head (h2c, the key's two forms, what Connection names). */
function outline(request: StrictRequest): readonly string[] {
  return [request.method, request.target, request.version, request.body.toString('latin1')];
}

test(
  `${mutations} requests with random changes: what arrives is what the reference parser reads, in order`,
  { timeout: 600_000 },
  async () => {
    const vectors = Object.values(requestVectors)
      .flat()
      .filter((vector) => vector.send.length < 2000 && !/refused|cut short/.test(vector.outcome));
    let whole = 0;
    for (let seed = firstSeed; seed < firstSeed + mutations; seed++) {
      const random = createRandom(seed);
      const vector = vectors[Math.floor(random() * vectors.length)];
      if (vector === undefined) throw new Error('there are no vectors');
      const bytes = mutate(vector.send, random);
      await using client = await openRawClient(router.port);
      await client.sendPieces(cutRandomly(bytes, random));
      client.end();
      await client.untilEnded();
      await client[Symbol.asyncDispose]();
      await untilIdle(router.origins);

      const about = `seed ${seed}: ${toPrintable(bytes.toString('latin1'), 1500)}`;
      for (const origin of Object.values(router.origins)) expectEqual(origin.violations, [], about);
      const read = readStrictly(bytes);
      expectEqual(arrived.map(outline), read.slice(0, arrived.length).map(outline), about);
      whole += arrived.length;
      arrived.length = 0;
      router.clear();
    }
    // Else the changes break everything, and nothing is tested.
    expect(whole).toBeGreaterThan(mutations / 5);
  },
);
