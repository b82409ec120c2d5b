import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inNode, isTestCluster, kubectl } from '../support/cluster.ts';
import { startLoad, toFacts } from '../support/constant-load.ts';
import { evidence } from '../support/evidence.ts';
import { conditionOf, get } from '../support/objects.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { eventually } from '../support/wait.ts';
import { openWorkspace } from '../support/workspace.ts';

/** Longer than a lease lasts, and shorter than what makes Kubernetes itself take its nodes for dead when it is back: no Service has endpoints then. */
const silentMs = 20_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('silent');
});
afterAll(async () => stage[Symbol.asyncDispose]());

// The API server of another cluster is nothing that a test may stop.
test.runIf(isTestCluster())(
  'the API server is silent for longer than a lease: nobody notices whose requests do not go through it',
  async () => {
    const { namespace, toolbox } = stage;
    // The tunnel of a workspace in a pod does not go through the API server; that of a laptop does.
    await openWorkspace(namespace, 'wanda', 'tunnel');
    const { uid } = (await get(namespace, 'intercept', 'orders.http.wanda')).metadata;
    const load = await startLoad(toolbox, 'orders', 'wanda');
    await sleep(1_000);
    // Whatever becomes of this test, the API server goes on.
    await inNode('sh', '-c', `(sleep ${silentMs / 1_000 + 15}; pkill -CONT -x kube-apiserver) >/dev/null 2>&1 &`);
    await inNode('pkill', '-STOP', '-x', 'kube-apiserver');
    try {
      await sleep(silentMs);
    } finally {
      await inNode('pkill', '-CONT', '-x', 'kube-apiserver');
    }
    await eventually(
      'the API server to answer again',
      60_000,
      async () => (await kubectl(['get', '--raw', '/readyz'])) === 'ok' || undefined,
    );
    await sleep(15_000);
    const summary = await load.stop();
    const intercept = await get(namespace, 'intercept', 'orders.http.wanda');
    evidence('the API server is silent', {
      'silent for (ms)': silentMs,
      ...toFacts(summary),
      'longest silence (ms)': summary.plain.silenceMs,
    });
    expect([...summary.plain.failures, ...summary.keyed.failures]).toEqual([]);
    expect(intercept.metadata.uid).toBe(uid);
    expect(conditionOf(intercept, 'SessionReady')?.status).toBe('True');
  },
  300_000,
);
