import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folder in which the kubelet keeps a pod's token, certificate and namespace. */
const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Whether somebody said which cluster is meant: `KUBECONFIG`, `~/.kube/config`, or the credentials of this pod. Loads nothing. */
export function hasKubeconfig(env: Readonly<Record<string, string | undefined>>, home: string): boolean {
  return (env['KUBECONFIG'] ?? '') !== '' || existsSync(toDefaultKubeconfig(home)) || isInPod();
}

/** Where a kubeconfig lies that nobody named. */
export function toDefaultKubeconfig(home: string): string {
  return join(home, '.kube', 'config');
}

/** Whether this process runs in a pod that may talk to its API server. */
export function isInPod(): boolean {
  return existsSync(join(podFolder, 'token')) && existsSync(join(podFolder, 'ca.crt'));
}

/** The files that `kubeconfig` names, in the form of `KUBECONFIG`; those that do not exist are left out, as `kubectl` does. */
export function splitKubeconfig(kubeconfig: string): readonly string[] {
  return kubeconfig.split(delimiter).filter((path) => path !== '' && existsSync(path));
}
