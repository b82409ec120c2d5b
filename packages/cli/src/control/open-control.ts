import { InterceptError } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { defaultManager, type ClusterSettings, type Setting, type Settings } from '../settings.ts';
import type { Control } from './control.ts';
import { openManager, openStandaloneControl } from './standalone/open-standalone.ts';

/**
 * Where the person's intercepts live. A named manager says itself whether it belongs to a cluster; without one it is the cluster of the
 * kubeconfig (or of the pod), else the manager of this machine. What a cluster needs is loaded only then. The caller disposes it. Rejects
 * with `bad_config`, `bad_usage`, `manager_unreachable` and what a kubeconfig or the API server may be refused with.
 */
export async function openControl(context: Context, settings: Settings): Promise<Control> {
  if (settings.manager !== undefined) return openNamed(context, settings, settings.manager);
  if (await meansCluster(context, settings)) return openCluster(context, settings, undefined);
  const manager = openManager(context, settings, { value: defaultManager, source: 'default' });
  return openStandaloneControl(context, settings, { url: defaultManager, manager });
}

async function openNamed(context: Context, settings: Settings, named: Setting<URL>): Promise<Control> {
  const { value: url } = named;
  await using stack = new AsyncDisposableStack();
  const manager = stack.use(openManager(context, settings, named));
  const { auth } = await manager.info();
  if (auth === 'kubernetes') return await openCluster(context, settings, url);
  refuseClusterFlags(settings, url);
  stack.move();
  return openStandaloneControl(context, settings, { url, manager });
}

/** Whether these settings, which name no manager, mean a cluster. */
export async function meansCluster({ host }: Pick<Context, 'host'>, { cluster }: Settings): Promise<boolean> {
  if (clusterSettings.some((name) => cluster[name] !== undefined)) return true;
  const { hasKubeconfig } = await import('@switchyard/kube');
  return hasKubeconfig(host.env, host.home);
}

async function openCluster(context: Context, settings: Settings, url: URL | undefined): Promise<Control> {
  const { openClusterControl } = await import('./cluster/open-cluster.ts');
  return openClusterControl(context, settings, url);
}

const clusterSettings: readonly (keyof ClusterSettings)[] = ['namespace', 'context', 'kubeconfig'];

/** A word that would do nothing is a mistake. Files and variables may name a cluster for other commands. */
function refuseClusterFlags({ cluster }: Settings, url: URL): void {
  const name = clusterSettings.find((each) => cluster[each]?.source === 'flag');
  if (name === undefined) return;
  throw new InterceptError('bad_usage', `The manager at ${url.host} belongs to no cluster, so that --${name} means nothing to it.`, {
    hint: `Leave out --${name}, or --manager.`,
  });
}
