import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { openIsland } from './support/island.ts';
import { readMetricsOf, total } from './support/metrics.ts';
import { get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';
import { openWorkspace } from './support/workspace.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('places');
});
afterAll(async () => stage[Symbol.asyncDispose]());

test('a laptop that reaches nothing but the API server answers requests through the port-forward', async () => {
  const { toolbox } = stage;
  await using island = await openIsland(await stage.developer('alice'));
  const reaches = await island.reaches();
  const began = performance.now();
  const run = await island.answer('orders', 'alice');
  const readyMs = performance.now() - began;
  const report = await toolbox.load({ url: 'http://orders/', requests: 1_000, callers: 4, keys: [null, 'alice'] }).report;
  await run.stop();
  evidence('a laptop in a network of its own', {
    'reaches the API server': reaches.apiServer,
    'reaches pods and services': reaches.cluster,
    'run to ready (ms)': Math.round(readyMs),
    answers: JSON.stringify(report.answers),
    failed: report.failed,
  });
  expect(reaches).toEqual({ apiServer: true, cluster: false });
  expect(report).toMatchObject({ misrouted: 0, failed: 0 });
});

test('a workspace in a pod is dialled straight, without the tunnel', async () => {
  const { namespace, toolbox } = stage;
  const log = await openWorkspace(namespace, 'wanda', 'direct');
  const intercept = (await get(namespace, 'intercept', 'orders.http.wanda')) as unknown as {
    spec: { lane: string };
    status: { address: string; router: string };
  };
  // What arrives at another manager goes on to the one with the session, which dials the pod.
  const countDials = async (): Promise<number> =>
    total(await readMetricsOf(namespace, intercept.status.router), 'switchyard_tunnel_dials_total');
  const dialsBefore = await countDials();
  const report = await toolbox.load({ url: 'http://orders/', requests: 2_000, callers: 4, keys: [null, 'wanda'] }).report;
  const dials = (await countDials()) - dialsBefore;
  evidence('a workspace in a pod', {
    lane: intercept.spec.lane,
    'dialled at': intercept.status.address,
    answers: JSON.stringify(report.answers),
    failed: report.failed,
    'connections through the tunnel': dials,
  });
  expect(log).toContain('ready:');
  expect(report).toMatchObject({ misrouted: 0, failed: 0 });
  expect(report.answers['wanda>wanda']).toBe(1_000);
  expect(intercept.spec.lane).toBe('Direct');
  expect(dials).toBe(0);
  await kubectl(['delete', 'pod', 'workspace', '-n', namespace]);
  await eventually('the intercept to go with its workspace', 30_000, async () =>
    (await kubectl(['get', 'intercepts', '-n', namespace, '-o', 'name'])).includes('wanda') ? undefined : true,
  );
});
