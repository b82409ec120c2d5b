import { toKeylessInterceptId } from '@switchyard/contract';
import { checkMatch, createSnapshot, explain, toMatchId, type Rule } from '@switchyard/route';
import { openRawClient, openStrictOrigin } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createRule, openScene, port, service } from './scene.ts';

/** A rule that takes half of all callers; each `index` draws for itself. */
function createHalf(index: number, targetPort: number): Rule {
  const match = checkMatch([
    [
      { t: 'percent', percent: 50 },
      { t: 'path', text: { t: 'exact', value: `/${index}` } },
    ],
  ]);
  return { ...createRule('alice', targetPort), id: toKeylessInterceptId(service, port, toMatchId(match)), key: undefined, match };
}

test('a share is drawn by the address that the client really has', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using ann = await openStrictOrigin({ name: 'ann' });
  await using scene = await openScene('http', baseline.port);
  const rules = Array.from({ length: 12 }, (_, index) => createHalf(index, ann.port));
  const snapshot = createSnapshot(rules);
  scene.router.update(snapshot);
  await using client = await openRawClient(scene.listenPort);
  const outcomes: (string | undefined)[] = [];
  for (const index of rules.keys()) {
    client.send(`GET /${index} HTTP/1.1\r\nHost: orders\r\n\r\n`);
    outcomes.push((await client.readResponse()).header('x-origin'));
  }
  const expected = rules.map((_, index) => {
    const request = { method: 'GET', target: `/${index}`, header: [], clientAddress: '127.0.0.1' };
    return explain(snapshot.table(service, port), request).decision === 'routed' ? 'ann' : 'baseline';
  });
  expect(outcomes).toEqual(expected);
  expect(new Set(outcomes)).toEqual(new Set(['ann', 'baseline']));
});
