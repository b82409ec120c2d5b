import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a kubeconfig says of the fake. */
export interface FakeAccess {
  readonly url: string;
  readonly namespace: string;
  readonly token: string | undefined;
}

/** Writes a kubeconfig with one context `fake` into a folder of its own; disposing removes it. */
export async function writeKubeconfig({ url, namespace, token }: FakeAccess): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-kubernetes-'));
  const path = join(folder, 'kubeconfig');
  // JSON is YAML.
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server: url } }],
    users: [{ name: 'fake', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake', namespace } }],
    'current-context': 'fake',
  };
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
