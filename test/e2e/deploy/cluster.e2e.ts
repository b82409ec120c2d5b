import { describe, expect, test } from 'vitest';
import { kubectl, read } from '../support/cluster.ts';
import { takeInventory } from '../support/inventory.ts';
import { charts, tryHelm } from './helm.ts';

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const release = 'switchyard-cluster';
const helm = async (...args: string[]): ReturnType<typeof tryHelm> => tryHelm(...args, '-n', 'kube-system');
const install = async (...args: string[]): ReturnType<typeof tryHelm> =>
  helm('upgrade', '--install', release, charts.cluster, '--take-ownership', ...args);

const managers = (
  await read<{ items: readonly Named[] }>(['get', 'deployments', '-A', '--field-selector', 'metadata.name=switchyard-manager'])
).items;
const definitions = async (): Promise<string[]> =>
  (await kubectl(['get', 'crd', '-o', 'name'])).split('\n').filter((name) => name.endsWith('.switchyard.dev'));

// It takes the definitions away, and with them what others on the same cluster have.
describe.skipIf(managers.length > 0)('the cluster’s part', () => {
  test('is installed over what another way of installing left', async () => {
    await kubectl(['apply', '-f', 'deploy/manifests/cluster.yaml', '--server-side', '--force-conflicts']);
    expect(await install()).toMatchObject({ exitCode: 0 });
    expect(await definitions()).toHaveLength(3);
  });

  test('leaves the definitions, and with them everybody’s objects', async () => {
    expect(await helm('uninstall', release, '--wait')).toMatchObject({ exitCode: 0 });
    expect(await definitions()).toHaveLength(3);
  });

  test('leaves nothing when told so', async () => {
    expect(await install('--set', 'crds.keep=false')).toMatchObject({ exitCode: 0 });
    expect(await helm('uninstall', release, '--wait')).toMatchObject({ exitCode: 0 });
    const left = await takeInventory('default');
    expect([...left.keys()].filter((name) => name.includes('switchyard'))).toEqual([]);
    expect(await install()).toMatchObject({ exitCode: 0 });
  });
});
