import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl, tryKubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { readyManager } from './support/metrics.ts';
import { conditionOf, get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

/** How long an intercept outlives its session here: minutes would make the suite slow. */
const awayLifetimeMs = 20_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('deaths', { limits: { awayLifetime: '20s' } });
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** One request with alice's key: status, error code and how long it took. */
const askKeyed = `
const began = Date.now();
const response = await fetch('http://orders/', { headers: { 'x-intercept-id': 'alice' } });
console.log(JSON.stringify({ status: response.status, code: response.headers.get('x-intercept-error'), tookMs: Date.now() - began, body: await response.text() }));
`;

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly tookMs: number;
  readonly body: string;
}

const ask = async (): Promise<Answer> => JSON.parse(await stage.toolbox.script(askKeyed)) as Answer;

test('the manager’s pod is deleted: nobody without a key notices, and the intercept comes back by itself', async () => {
  const { namespace, toolbox } = stage;
  const alice = await stage.developer('alice');
  const run = await alice.answer('orders', 'alice');
  const { uid } = (await get(namespace, 'intercept', 'orders.http.alice')).metadata;
  const load = toolbox.load({ url: 'http://orders/', requests: 1, goesOn: true, callers: 4, pauseMs: 10 });
  const fresh = toolbox.load({ url: 'http://orders/', requests: 1, goesOn: true, callers: 2, pauseMs: 10, keepAlive: false });
  const old = await readyManager(namespace);
  const began = performance.now();
  await kubectl(['delete', 'pod', old, '-n', namespace, '--wait=false']);
  const [firstMs, answer] = await eventually('a keyed request to reach alice through the new manager', 60_000, async () => {
    if ((await readyManager(namespace)) === old) return undefined;
    const answered = await ask();
    return answered.status === 200 && answered.body.includes('"version":"alice"')
      ? ([performance.now() - began, answered] as const)
      : undefined;
  });
  await eventually('the session to be ready', 30_000, async () =>
    conditionOf(await get(namespace, 'intercept', 'orders.http.alice'), 'SessionReady')?.status === 'True' ? true : undefined,
  );
  // The old one serves connections that it has for as long as its grace.
  await kubectl(['wait', '-n', namespace, '--for=delete', `pod/${old}`, '--timeout=120s']);
  load.stop();
  fresh.stop();
  const reports = await Promise.all([load.report, fresh.report]);
  const again = await get(namespace, 'intercept', 'orders.http.alice');
  evidence('the manager’s pod is deleted', {
    'keyed request answered by alice again after (ms)': Math.round(firstMs),
    'that request took (ms)': answer.tookMs,
    'requests without a key meanwhile': reports.reduce((sum, { requests }) => sum + requests, 0),
    'of these failed': reports.reduce((sum, { failed }) => sum + failed, 0),
    'same intercept': again.metadata.uid === uid,
  });
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  expect(again.metadata.uid).toBe(uid);
  await run.stop();
});

test('kill -9 of the command line: a clear 503 within the bound, and the service is given back after expiry', async () => {
  const { namespace } = stage;
  const alice = await stage.developer('alice-two');
  const run = await alice.answer('orders', 'alice');
  expect((await ask()).body).toContain('"version":"alice"');
  await run.crash();
  const crashedAt = performance.now();
  const first = await ask();
  const firstMs = performance.now() - crashedAt;
  const second = await ask();
  const condition = conditionOf(await get(namespace, 'intercept', 'orders.http.alice'), 'SessionReady');
  await eventually('the intercept to expire', awayLifetimeMs + 30_000, async () =>
    (await tryKubectl(['get', 'intercept', 'orders.http.alice', '-n', namespace])).exitCode === 1 ? true : undefined,
  );
  const expiredMs = performance.now() - crashedAt;
  await eventually('the Service to be given back', 30_000, async () =>
    (await get(namespace, 'service', 'orders')).spec.selector?.['app'] === 'orders' ? true : undefined,
  );
  evidence('kill -9 of the command line', {
    'first answer': `${first.status} ${first.code ?? ''}`,
    'after (ms)': Math.round(firstMs),
    'the next one took (ms)': second.tookMs,
    condition: condition?.message ?? '',
    'expired after (ms)': Math.round(expiredMs),
    'given back after (ms)': Math.round(performance.now() - crashedAt),
  });
  // What was on its way into the tunnel when it broke is told so; what comes later waits for the developer, and then is told who is gone.
  expect([`502 tunnel_lost`, `503 developer_offline`]).toContain(`${first.status} ${first.code ?? ''}`);
  expect(firstMs).toBeLessThan(30_000);
  expect(second).toMatchObject({ status: 503, code: 'developer_offline' });
  expect(condition).toMatchObject({ status: 'False', reason: 'SessionLost' });
  expect((await ask()).body).toContain('"version":"baseline"');
});
