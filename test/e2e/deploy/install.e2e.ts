import { routerSelector, type Service } from '@switchyard/kube';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl, read, root, tryKubectl } from '../support/cluster.ts';
import { evidence } from '../support/evidence.ts';
import { images } from '../support/images.ts';
import { compare, takeInventory, type Inventory } from '../support/inventory.ts';
import { installCluster } from '../support/install.ts';
import { openNamespace, type TestNamespace } from '../support/namespace.ts';
import { eventually } from '../support/wait.ts';
import { charts, tryHelm } from './helm.ts';
import { kubectlAs, toIntercept } from './intercept-object.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly lastTransitionTime: string }[];
    readonly containerStatuses: readonly {
      readonly restartCount: number;
      readonly state: { readonly running?: { readonly startedAt: string } };
    }[];
  };
}

// Pods are admitted by the profile `restricted` here, and `ada` has the role admin in this one namespace and nothing else.
let namespace: TestNamespace;
let before: Inventory;

const helmAs = async (user: string, ...args: string[]): ReturnType<typeof tryHelm> =>
  tryHelm(...args, '--kube-as-user', user, '-n', namespace.name, '--timeout', '200s');
const installAs = async (user: string, ...args: string[]): ReturnType<typeof tryHelm> => {
  const [, repository = '', tag = ''] = /^(.*):([^:]*)$/.exec(images.switchyard) ?? [];
  return helmAs(
    user,
    'upgrade',
    '--install',
    'switchyard',
    charts.namespace,
    '--wait',
    '--set',
    `image.repository=${repository},image.tag=${tag}`,
    ...args,
  );
};
const managers = async (): Promise<readonly Pod[]> =>
  (await read<{ items: readonly Pod[] }>(['get', 'pods', '-n', namespace.name, '-l', 'app.kubernetes.io/component=manager'])).items;
const nothingIsLeft = async (): Promise<void> => {
  const left = await eventually('the namespace to be as before', 60_000, async () => {
    const differences = compare(before, await takeInventory(namespace.name)).filter((line) => line.includes(` ${namespace.name}/`));
    return differences.length === 0 ? [] : undefined;
  });
  expect(left).toEqual([]);
};

beforeAll(async () => {
  await installCluster();
  namespace = await openNamespace('install');
  await kubectl(['create', 'rolebinding', 'ada', '--clusterrole=admin', '--user=ada', '-n', namespace.name]);
  await kubectl(['create', 'rolebinding', 'bob', '--clusterrole=edit', '--user=bob', '-n', namespace.name]);
  before = await takeInventory(namespace.name);
});
afterAll(async () => namespace[Symbol.asyncDispose]());

describe('with Helm', () => {
  test('whoever has edit may not install: the manager has rights that they lack', async () => {
    expect(await helmAs('bob', 'install', 'switchyard', charts.namespace)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('resource "roles"') as string,
    });
    await helmAs('bob', 'uninstall', 'switchyard', '--no-hooks', '--ignore-not-found');
  });

  test('the admin of the namespace may, and both managers become ready', async () => {
    expect(await installAs('ada')).toMatchObject({ exitCode: 0 });
    const pods = await managers();
    expect(pods).toHaveLength(2);
    for (const { status } of pods) {
      const ready = status.conditions.find(({ type }) => type === 'Ready');
      const startedAt = status.containerStatuses[0]?.state.running?.startedAt;
      const seconds = (Date.parse(ready?.lastTransitionTime ?? '') - Date.parse(startedAt ?? '')) / 1000;
      evidence('manager, container start to Ready', { seconds });
      expect(seconds).toBeLessThanOrEqual(10);
    }
  });

  test('the image has no shell and nothing else to run', async () => {
    for (const program of ['sh', 'bash', '/bin/sh', 'ls', 'npm', 'curl', 'apt']) {
      const { exitCode, stderr } = await tryKubectl([
        'exec',
        '-n',
        namespace.name,
        'deploy/switchyard-manager',
        '--',
        program,
        '--version',
      ]);
      expect([exitCode === 0, stderr], program).toEqual([false, expect.stringMatching(/not found|no such file/i)]);
    }
  });

  test('an upgrade with another configuration replaces the managers, the next ones ready before the last ones go', async () => {
    const old = new Set((await managers()).map(({ metadata }) => metadata.name));
    expect(await installAs('ada', '--set', 'config.limits.hold=5s')).toMatchObject({ exitCode: 0 });
    const running = (await managers()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(running.filter(({ metadata }) => old.has(metadata.name))).toEqual([]);
    expect(running).toHaveLength(2);
    expect(running.every(({ status }) => status.containerStatuses.every(({ restartCount }) => restartCount === 0))).toBe(true);
  });

  test('an uninstall gives back what is taken over, and leaves nothing', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'orders' },
      spec: { selector: { app: 'orders' }, ports: [{ name: 'http', port: 80 }] },
    };
    const get = async (): Promise<Service> => read<Service>(['get', 'service', 'orders', '-n', namespace.name]);
    await apply(namespace.name, [service]);
    const original = await get();
    expect(await kubectlAs('bob', namespace.name, ['create', '-f', '-'], toIntercept('bob'))).toMatchObject({ exitCode: 0 });
    await kubectl(['wait', 'intercept/orders.http.bob', '-n', namespace.name, '--for=condition=Routed', '--timeout=60s']);
    expect((await get()).spec.selector).toEqual(routerSelector);

    expect(await helmAs('ada', 'uninstall', 'switchyard', '--wait')).toMatchObject({ exitCode: 0 });
    expect((await get()).spec).toEqual(original.spec);
    await kubectl(['delete', 'service/orders', '-n', namespace.name]);
    await nothingIsLeft();
  });
});

test('without Helm: the manifest, by the admin of the namespace', async () => {
  const manifest = await readFile(join(root, 'deploy/manifests/namespace.yaml'), 'utf8');
  const file = manifest.replaceAll('NAMESPACE', namespace.name).replaceAll('localhost/switchyard:dev', images.switchyard);
  const manifests = async (...args: string[]): Promise<string> =>
    kubectl([...args, '--as', 'ada', '-n', namespace.name, '-f', '-'], { input: file });
  await manifests('apply');
  await kubectl(['rollout', 'status', 'deployment/switchyard-manager', '-n', namespace.name, '--timeout=60s']);
  expect((await kubectlAs('ada', namespace.name, ['get', 'intercepts,routedservices'])).exitCode).toBe(0);
  await manifests('delete', '--wait');
  await nothingIsLeft();
});
