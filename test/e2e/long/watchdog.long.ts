import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../support/cluster.ts';
import { startLoad } from '../support/constant-load.ts';
import { evidence } from '../support/evidence.ts';
import { managerLabel, untilReady } from '../support/managers.ts';
import { conditionOf, get } from '../support/objects.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { eventually } from '../support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('watchdog');
});
afterAll(async () => stage[Symbol.asyncDispose]());

const selectsApp = async (): Promise<true | undefined> =>
  (await get(stage.namespace, 'service', 'orders')).spec.selector?.['app'] === 'orders' ? true : undefined;

test('managers that are killed and do not come back: the watchdog gives the Services back, and later managers take them again', async () => {
  const { namespace, toolbox } = stage;
  const alice = await stage.developer('alice');
  await alice.answer('orders', 'alice');
  const { uid } = (await get(namespace, 'intercept', 'orders.http.alice')).metadata;
  const replicas = await kubectl(['get', 'deployment/switchyard-manager', '-n', namespace, '-o', 'jsonpath={.spec.replicas}']);
  const load = await startLoad(toolbox, 'orders', 'alice');
  const began = performance.now();
  await kubectl(['scale', 'deployment/switchyard-manager', '-n', namespace, '--replicas=0']);
  await kubectl(['delete', 'pods', '-n', namespace, '-l', managerLabel, '--force', '--grace-period=0', '--wait=false']);
  await eventually('the Service to be given back', 240_000, selectsApp);
  const restoredMs = performance.now() - began;
  const after = await toolbox.load({ url: 'http://orders/', requests: 100, keepAlive: false }).report;
  const { plain } = await load.stop();
  await kubectl(['scale', 'deployment/switchyard-manager', '-n', namespace, `--replicas=${replicas}`]);
  await untilReady(namespace, Number(replicas));
  await eventually('the session to be ready again', 90_000, async () => {
    const intercept = await get(namespace, 'intercept', 'orders.http.alice');
    const isReady = ['Routed', 'SessionReady'].every((type) => conditionOf(intercept, type)?.status === 'True');
    return isReady && intercept.metadata.uid === uid ? true : undefined;
  });
  evidence('managers that do not come back', {
    'Services given back after (ms)': Math.round(restoredMs),
    'without any answer (ms)': plain.silenceMs,
    'failed of 100 requests afterwards': after.failed,
  });
  expect(restoredMs).toBeLessThan(180_000);
  expect(after).toMatchObject({ failed: 0, misrouted: 0 });
  expect(plain.misrouted).toBe(0);
}, 420_000);
