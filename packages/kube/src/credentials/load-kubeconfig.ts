// The root of the library reads clients for every resource type of Kubernetes: half a second that nothing here needs.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { InterceptError } from '@switchyard/contract';
import { homedir } from 'node:os';
import { isInPod, splitKubeconfig, toDefaultKubeconfig } from './find-kubeconfig.ts';

/** Which cluster, and as whom. */
export interface KubeconfigOptions {
  /** Path of a kubeconfig, or several in the form of `KUBECONFIG`. Default: `~/.kube/config`, else the credentials of this pod. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context. Default: the current one. */
  readonly context?: string | undefined;
}

/** Loads a kubeconfig. Throws `bad_config` where there is none, or it does not say which cluster is meant. */
export function loadKubeconfig({ kubeconfig, context }: KubeconfigOptions): KubeConfig {
  const paths = splitKubeconfig(kubeconfig ?? toDefaultKubeconfig(homedir()));
  const config = new KubeConfig();
  if (paths.length > 0) readFiles(config, paths);
  else if (kubeconfig === undefined && isInPod()) config.loadFromCluster();
  else throw toMissing(kubeconfig);
  selectContext(config, context);
  return config;
}

function toMissing(kubeconfig: string | undefined): InterceptError {
  const what = kubeconfig === undefined ? 'There is no kubeconfig' : `The kubeconfig ${kubeconfig} does not exist`;
  return new InterceptError('bad_config', `${what}, so that the cluster is unknown.`, {
    hint: 'Name one with --kubeconfig or KUBECONFIG.',
  });
}

/** Of entries with the same name the first one counts, and so does the first current context. */
function readFiles(config: KubeConfig, paths: readonly string[]): void {
  for (const path of paths) {
    const next = new KubeConfig();
    try {
      next.loadFromFile(path);
    } catch (error) {
      throw new InterceptError('bad_config', `The kubeconfig ${path} cannot be read: ${toReason(error)}.`, { cause: error });
    }
    config.clusters = addMissing(config.clusters, next.clusters);
    config.users = addMissing(config.users, next.users);
    config.contexts = addMissing(config.contexts, next.contexts);
    config.currentContext ||= next.currentContext;
  }
}

function toReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}

function addMissing<T extends { readonly name: string }>(known: readonly T[] | undefined, further: readonly T[]): T[] {
  const names = new Set(known?.map(({ name }) => name));
  return [...(known ?? []), ...further.filter(({ name }) => !names.has(name))];
}

function selectContext(config: KubeConfig, context: string | undefined): void {
  const names = config.contexts.map(({ name }) => name);
  if (context !== undefined && !names.includes(context)) {
    const hint = names.length === 0 ? 'The kubeconfig has none.' : `The kubeconfig has ${names.join(', ')}.`;
    throw new InterceptError('bad_config', `The kubeconfig has no context ${context}.`, { hint });
  }
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() === null) {
    throw new InterceptError('bad_config', 'The kubeconfig does not say which cluster is meant.', {
      hint: 'Name a context with --context, or set one: kubectl config use-context NAME.',
    });
  }
}
