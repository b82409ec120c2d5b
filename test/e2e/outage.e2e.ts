import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inNode, isTestCluster } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { readMetrics, total } from './support/metrics.ts';
import { get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

const outageMs = 30_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('outage');
});
afterAll(async () => stage[Symbol.asyncDispose]());

// The API server of another cluster is nothing that a test may stop.
test.runIf(isTestCluster())('the API server is silent for 30 s: traffic and intercepts go on, then everything converges', async () => {
  const { namespace, toolbox } = stage;
  const [alice, bob] = [await stage.developer('alice'), await stage.developer('bob')];
  // The tunnel of a port-forward goes through the API server: bob is the one whose way in does not.
  const run = await alice.answer('orders', 'alice');
  const load = toolbox.load({ url: 'http://orders/', requests: 1, goesOn: true, callers: 4, pauseMs: 10, keys: [null] });
  await sleep(1_000);
  // Whatever becomes of this test, the API server goes on.
  await inNode('sh', '-c', `(sleep ${outageMs / 1_000 + 15}; pkill -CONT -x kube-apiserver) >/dev/null 2>&1 &`);
  await inNode('pkill', '-STOP', '-x', 'kube-apiserver');
  try {
    await sleep(outageMs);
  } finally {
    await inNode('pkill', '-CONT', '-x', 'kube-apiserver');
  }
  const backAt = performance.now();
  const second = await eventually('bob to intercept after the outage', 90_000, async () => bob.answer('orders', 'bob'));
  const bobMs = performance.now() - backAt;
  const keyed = await eventually('alice to be reached again', 90_000, async () => {
    const report = await toolbox.load({ url: 'http://orders/', requests: 30, keys: [null, 'alice', 'bob'] }).report;
    return report.failed === 0 && report.misrouted === 0 ? report : undefined;
  });
  load.stop();
  const report = await load.report;
  await Promise.all([run.stop(), second.stop()]);
  await eventually('the Service to be given back', 60_000, async () =>
    (await get(namespace, 'service', 'orders')).spec.selector?.['app'] === 'orders' ? true : undefined,
  );
  evidence('an outage of the API server', {
    'silent for (ms)': outageMs,
    'requests without a key': report.requests,
    failed: report.failed,
    'a new intercept is ready after (ms)': Math.round(bobMs),
    'answers afterwards': JSON.stringify(keyed.answers),
    'calls to the API server by the manager, all in all': total(await readMetrics(namespace), 'switchyard_kubernetes_requests_total'),
  });
  expect(report.failures).toEqual([]);
});
