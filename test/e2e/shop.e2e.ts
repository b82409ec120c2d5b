import { afterAll, beforeAll, expect, test } from 'vitest';
import { evidence } from './support/evidence.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('shop');
});
afterAll(async () => stage[Symbol.asyncDispose]());

test('three developers and the baseline share orders: nobody gets anybody else’s answer', async () => {
  const developers = await Promise.all(['alice', 'bob', 'carol'].map((name) => stage.developer(name)));
  const began = performance.now();
  await Promise.all(developers.map((developer, index) => developer.answer('orders', ['alice', 'bob', 'carol'][index] ?? '')));
  const readyMs = performance.now() - began;
  const keys = [null, 'alice', 'bob', 'carol', null, 'bob', 'alice', null, 'carol'];
  const straight = await stage.toolbox.load({ url: 'http://orders/', requests: 5_000, callers: 8, keys }).report;
  const throughWeb = { url: 'http://web/', path: ['orders', 'version'], requests: 5_000, callers: 8, keys, header: 'baggage' } as const;
  const entering = await stage.toolbox.load(throughWeb).report;
  evidence('three developers on one service', {
    'all three ready (ms)': Math.round(readyMs),
    'requests to orders': straight.requests,
    'requests that enter at web with baggage': entering.requests,
    'connections kept alive': straight.connections + entering.connections,
    misrouted: straight.misrouted + entering.misrouted,
    failed: straight.failed + entering.failed,
    answers: JSON.stringify(entering.answers),
  });
  for (const { misrouted, failed, failures, requests } of [straight, entering]) {
    expect({ misrouted, failed, failures, requests }).toEqual({ misrouted: 0, failed: 0, failures: [], requests: 5_000 });
  }
  expect(Object.keys(entering.answers).toSorted()).toEqual(['alice>alice', 'bob>bob', 'carol>carol', 'none>baseline']);
});
