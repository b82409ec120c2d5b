import type { InterceptPolicy } from '@switchyard/kube';
import { expect, test, vi } from 'vitest';
import { openFreePort } from './programs.ts';
import { openTestCluster, type TestCluster } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

/** As the API server says them. */
const many = [...Array.from({ length: 90 }, (_, index) => `team-${index}`), 'system:authenticated'];

function openCrowd(): Promise<TestCluster> {
  return openTestCluster('alice@corp.example', many);
}

function naming(policy: string, ...groups: readonly string[]): InterceptPolicy {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'InterceptPolicy',
    metadata: { name: policy },
    spec: { subjects: groups.map((name) => ({ kind: 'Group', name })), services: ['*'] },
  };
}

test('of very many groups those are named that policies name, then the cluster’s own, and that is said [kube.ownerGroups]', async () => {
  await using cluster = await openCrowd();
  cluster.kubernetes.put(naming('teams', 'team-89', 'nobody'));
  await using app = await openFreePort('mine');
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('ready:');
  const groups = cluster.object('orders.http.alice')?.spec.owner.groups ?? [];
  expect([groups.slice(0, 3), groups.length]).toEqual([['team-89', 'system:authenticated', 'team-0'], 64]);
  expect(run.stderr).toContain('you are in 91 groups, and an intercept names 64 of them, those first that policies name');
});

test('where policies name more than an intercept can, nothing is made', async () => {
  await using cluster = await openCrowd();
  cluster.kubernetes.put(naming('some', ...many.slice(0, 40)));
  cluster.kubernetes.put(naming('others', ...many.slice(40, 65)));
  expect(await cluster.run(['run', 'orders', '--', 'true'])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(
      'The policies here name more of your groups than the 64 that an intercept can name: not "team-64".\n  Ask an administrator',
    ),
  });
});
