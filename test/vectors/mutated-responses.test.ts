import { answerPlainly, createRandom, cutRandomly, openRawClient, type OriginConnection, type OriginRequest } from '@switchyard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestRouter, type TestRouter } from '../support/test-router.ts';
import { mutate } from './mutate.ts';
import { responseVectors } from './responses/index.ts';
import { toPrintable } from './wire.ts';

/** More with `MUTATIONS=20000`. */
const mutations = Number(process.env['MUTATIONS'] ?? 1000);
const firstSeed = Number(process.env['SEED'] ?? 1);

let router: TestRouter<'baseline'>;
let pieces: readonly Buffer[] = [];

async function answer(request: OriginRequest, connection: OriginConnection): Promise<void> {
  if (request.target !== '/vector') return answerPlainly('baseline', request, connection);
  for (const piece of pieces) {
    connection.send(piece);
    await new Promise(setImmediate);
  }
  connection.socket.end();
}

beforeAll(async () => {
  router = await openTestRouter({ keys: [], baseline: { answer } });
});
afterAll(() => router[Symbol.asyncDispose]());

test(`${mutations} answers with random changes: the client gets them as they are, cut short, or a 502`, { timeout: 600_000 }, async () => {
  const vectors = Object.values(responseVectors)
    .flat()
    .filter((vector) => vector.answer.length < 2000 && vector.requestLines === undefined && vector.outcome.startsWith('passed'));
  let passed = 0;
  for (let seed = firstSeed; seed < firstSeed + mutations; seed++) {
    const random = createRandom(seed);
    const vector = vectors[Math.floor(random() * vectors.length)];
    if (vector === undefined) throw new Error('there are no vectors');
    const bytes = mutate(vector.answer, random);
    pieces = cutRandomly(bytes, random);
    await using client = await openRawClient(router.port);
    client.send(`${vector.method ?? 'GET'} /vector HTTP/1.1\r\nHost: orders\r\n\r\n`);
    await client.untilEnded();
    const received = client.unread.toString('latin1');
    const sent = bytes.toString('latin1');
    const about = `seed ${seed}: ${toPrintable(sent, 1500)}`;
    // Interim answers may have passed before the rest turned out to be none.
    const refused = received.indexOf('HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n');
    const fromOrigin = refused < 0 ? received : received.slice(0, refused);
    if (!sent.startsWith(fromOrigin)) throw new Error(`${about}: the client got ${toPrintable(received, 1500)}`);
    if (fromOrigin === sent) passed++;
  }
  // Else the changes break everything, and nothing is tested.
  expect(passed).toBeGreaterThan(mutations / 10);
});
