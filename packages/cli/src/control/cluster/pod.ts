import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { KubeClient } from '@switchyard/kube';

/** The pod that this process runs in. */
export interface Pod {
  /** Its own address, which others in the cluster reach. */
  readonly address: string;
}

/** What the kubelet puts into every pod that may talk to the API server. */
const credentials = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The pod around this process, if it is one of the cluster that `client` speaks with: a kubeconfig may lead out of the cluster that we are
 * in.
 */
export function findPod(env: Readonly<Record<string, string | undefined>>, client: Pick<KubeClient, 'server'>): Pod | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  if (host === '' || !existsSync(credentials) || !isSameServer(client.server, host)) return undefined;
  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, address: text }) => !internal && !text.startsWith('fe80:'))?.address;
  return address === undefined ? undefined : { address };
}

function isSameServer(server: string, host: string): boolean {
  const name = URL.parse(server)?.hostname.replace(/^\[(.*)\]$/, '$1');
  return name === host || name === 'kubernetes' || (name?.startsWith('kubernetes.default') ?? false);
}
