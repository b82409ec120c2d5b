import { openKubeClient, type KubeClient, type KubeClientDeps } from '@switchyard/kube';
import type { MainContext } from '@switchyard/runtime';
import type { NamespaceSettings } from '../command-line.ts';

/**
 * A client for the namespace that the command line or the environment names, with a kubeconfig's or the pod's credentials. Rejects with
 * `bad_config`.
 */
export function openNamespaceClient(deps: KubeClientDeps, { namespace }: NamespaceSettings, env: MainContext['env']): Promise<KubeClient> {
  return openKubeClient(deps, { kubeconfig: env['KUBECONFIG'] || undefined, namespace: (namespace ?? env['POD_NAMESPACE']) || undefined });
}
