import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl, read } from './cluster.ts';
import { must } from '../../../tools/process/run.ts';
import { eventually } from './wait.ts';

/** Somebody whom the cluster knows by a certificate of their own. */
export interface Person {
  /** As the API server calls them. */
  readonly user: string;
  /** Path of their kubeconfig. */
  readonly kubeconfig: string;
}

/** People, each with a kubeconfig in a folder that goes with the dispose. */
export interface People extends AsyncDisposable {
  /** Lets `user` have the ClusterRole `role` (`edit`, `admin`, `view`) in the namespace. */
  invite(user: string, role: 'admin' | 'edit' | 'view'): Promise<Person>;
}

/** Makes people for `namespace`: the cluster signs their certificates, so that every cluster will do. */
export async function openPeople(namespace: string): Promise<People> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-people-'));
  return {
    async invite(user, role) {
      await kubectl(['create', 'rolebinding', `${toLabel(user)}-${role}`, `--clusterrole=${role}`, `--user=${user}`, '-n', namespace]);
      return { user, kubeconfig: await writeKubeconfig(folder, namespace, user) };
    },
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

async function writeKubeconfig(folder: string, namespace: string, user: string): Promise<string> {
  const { key, certificate } = await certify(folder, `${namespace}-${toLabel(user)}`, user);
  const { clusters } = await readConfig();
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error('The kubeconfig names no cluster.');
  const path = join(folder, `${toLabel(user)}.json`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster: cluster.cluster }],
    users: [{ name: 'e2e', user: { 'client-certificate-data': certificate, 'client-key-data': key } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e', namespace } }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** A fresh key and its certificate for `user`, both in base64. */
async function certify(folder: string, name: string, user: string): Promise<{ readonly key: string; readonly certificate: string }> {
  const keyFile = join(folder, `${name}.key`);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', keyFile];
  const request = await must('openssl', ['req', '-new', '-subj', `/CN=${user}`, ...newKey]);
  const signing = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      expirationSeconds: 3600,
    },
  };
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(signing) });
  try {
    await kubectl(['certificate', 'approve', name]);
    const certificate = await eventually(
      `the certificate of ${user}`,
      20_000,
      async () => (await read<{ status?: { certificate?: string } }>(['get', 'csr', name])).status?.certificate,
    );
    return { key: (await readFile(keyFile)).toString('base64'), certificate };
  } finally {
    await kubectl(['delete', 'csr', name]);
  }
}

interface Config {
  readonly clusters: readonly { readonly cluster: object }[];
}

async function readConfig(): Promise<Config> {
  return read<Config>(['config', 'view', '--minify', '--raw', '--flatten']);
}

function toLabel(user: string): string {
  return user.replaceAll(/[^a-z0-9]+/g, '-');
}
