import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, isTestCluster, kubectl, root } from '../support/cluster.ts';
import { readCpuMs } from '../support/cpu-time.ts';
import { evidence } from '../support/evidence.ts';
import { toServer } from '../support/manifests.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { eventually } from '../support/wait.ts';
import type { Measurement } from '../programs/measurement.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('figures');
  await apply(
    stage.namespace,
    ['plain', 'hello'].flatMap((name) => toServer(name, ['node', '/e2e/hello.ts'])),
  );
  await kubectl(['rollout', 'status', '-n', stage.namespace, 'deployment/plain', 'deployment/hello', '--timeout=60s']);
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** How fast is measured and printed, never asserted: machines differ, and what else runs on them. */
test('the ways to a service, side by side', async () => {
  const { namespace, toolbox } = stage;
  const alice = await stage.developer('alice');
  alice.start('run', 'hello', '--key', 'alice', '--', join(root, 'node_modules/node/bin/node'), join(root, 'test/e2e/programs/hello.ts'));
  await eventually('the intercept to be routed', 60_000, async () =>
    (await kubectl(['wait', '-n', namespace, 'intercept/hello.http.alice', '--for=condition=SessionReady', '--timeout=1s']))
      ? true
      : undefined,
  );
  const ways = [
    { name: 'plain Service', host: 'plain', key: null },
    { name: 'taken over, no key', host: 'hello', key: null },
    { name: 'with the key, through the port-forward', host: 'hello', key: 'alice' },
  ];
  for (const { name, host, key } of [...ways, ...ways.toReversed()]) {
    const many = 10_000;
    const before = isTestCluster() ? await readCpuMs(namespace, 'switchyard-manager') : 0;
    const output = await toolbox.run('/e2e/measure.ts', { host, key, single: 1_000, many, connections: 32 });
    const { p50Us, p99Us, perSecond } = JSON.parse(output) as Measurement;
    const cpuMs = isTestCluster() ? (await readCpuMs(namespace, 'switchyard-manager')) - before : 0;
    evidence(name, {
      '1 connection p50 (µs)': p50Us,
      'p99 (µs)': p99Us,
      '32 connections (requests/s)': perSecond,
      'CPU of the manager per request (µs)': Math.round((cpuMs * 1000) / (many + 1_000)),
    });
    expect(perSecond).toBeGreaterThan(0);
  }
});
