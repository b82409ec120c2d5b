import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { readyManager } from './support/metrics.ts';
import { get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import type { Load } from './support/toolbox.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('rolling');
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** Callers of a service over connections that they keep, and over a new one each time. */
const loadOf = (service: string): readonly Load[] =>
  [true, false].map((keepAlive) =>
    stage.toolbox.load({ url: `http://${service}/`, requests: 1, goesOn: true, callers: 2, pauseMs: 20, keepAlive }),
  );

/** Lets the manager take a service over that nobody intercepts. */
const warm = async (service: string): Promise<void> => {
  await kubectl(['annotate', 'service', service, '-n', stage.namespace, '--overwrite', 'switchyard.dev/warm=true']);
  await eventually(`${service} to be taken over`, 30_000, async () =>
    (await get(stage.namespace, 'service', service)).spec.selector?.['switchyard.dev/router'] === 'true' ? true : undefined,
  );
};

/** Deletes the manager’s pod and resolves when another one is ready. */
const replace = async (): Promise<void> => {
  const old = await readyManager(stage.namespace);
  await kubectl(['delete', 'pod', old, '-n', stage.namespace, '--wait=false']);
  await eventually('another manager to be ready', 60_000, () => readyManager(stage.namespace));
};

test('nobody notices a rolling update, nor managers that are replaced one after the other while services are taken over', async () => {
  const { namespace } = stage;
  await warm('orders');
  const loads = [...loadOf('orders'), ...loadOf('payments')];
  await kubectl(['rollout', 'restart', 'deployment/switchyard-manager', '-n', namespace]);
  await kubectl(['rollout', 'status', 'deployment/switchyard-manager', '-n', namespace, '--timeout=90s']);
  await replace();
  // The one that stops was told nothing of this service while it led.
  await warm('payments');
  await replace();
  // Until the first of them accepts nothing any more.
  await sleep(3_000);
  await replace();
  await sleep(15_000);
  for (const load of loads) load.stop();
  const reports = await Promise.all(loads.map(({ report }) => report));
  evidence('a rolling update and three replaced managers', {
    requests: reports.reduce((sum, { requests }) => sum + requests, 0),
    failed: reports.reduce((sum, { failed }) => sum + failed, 0),
  });
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
}, 180_000);
