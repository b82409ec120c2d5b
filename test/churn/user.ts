import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKubeClient, type KubeClient, type KubeClientDeps } from '@switchyard/kube';
import { kubectl, read } from '../e2e/support/cluster.ts';

/** Somebody of the churn, with a client of their own. */
export interface User {
  readonly name: string;
  readonly client: KubeClient;
}

interface Config {
  readonly clusters: readonly { readonly cluster: object }[];
  readonly users: readonly { readonly user: object }[];
}

/**
 * Opens `count` users with the role `edit` in `namespace`. The administrator of the cluster acts for them: to the API server, its
 * admission and the manager they are fifty different people.
 */
export async function openUsers(
  deps: KubeClientDeps,
  namespace: string,
  count: number,
): Promise<{ readonly users: readonly User[]; readonly folder: string }> {
  const names = Array.from({ length: count }, (_, index) => `u${index}@churn.example`);
  await kubectl(['create', 'rolebinding', 'churn-users', '--clusterrole=edit', '-n', namespace, ...names.map((name) => `--user=${name}`)]);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-churn-'));
  const config = await read<Config>(['config', 'view', '--minify', '--raw', '--flatten']);
  const users: User[] = [];
  for (const name of names)
    users.push({ name, client: await openKubeClient(deps, { kubeconfig: await write(folder, config, namespace, name), namespace }) });
  return { users, folder };
}

async function write(folder: string, { clusters, users }: Config, namespace: string, name: string): Promise<string> {
  const path = join(folder, `${name}.json`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'churn',
    clusters: [{ name: 'churn', cluster: clusters[0]?.cluster }],
    users: [{ name: 'churn', user: { ...users[0]?.user, as: name } }],
    contexts: [{ name: 'churn', context: { cluster: 'churn', user: 'churn', namespace } }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
