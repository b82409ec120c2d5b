import { InterceptError } from '@switchyard/contract';
import type { ManagerInfo } from '@switchyard/tunnel';
import type { Context } from '../context.ts';
import { defaultManager, type ClusterSettings, type Setting, type Settings } from '../settings.ts';
import { findStoredToken } from '../sign-in/stored-token.ts';
import { describeToken, findPodToken } from '../token.ts';
import type { Control } from './control.ts';
import { findPodManager } from './pod-manager.ts';
import { openManager, openStandaloneControl } from './standalone/open-standalone.ts';

/**
 * Where the person's intercepts live. A named manager says itself whether it belongs to a cluster: there a token proves who they are, or
 * their kubeconfig. Without one it is the manager of the pod that this process runs in, where that has a token for it, the cluster of the
 * kubeconfig (or of the pod), else the manager of this machine. What a cluster needs is loaded only then. The caller disposes it. Rejects
 * with `bad_config`, `bad_usage`, `not_signed_in`, `manager_unreachable` and what a kubeconfig or the API server may be refused with.
 */
export async function openControl(context: Context, settings: Settings): Promise<Control> {
  if (settings.manager !== undefined) return openNamed(context, settings, settings.manager);
  const token = namesCluster(settings) ? undefined : await findPodToken();
  if (token !== undefined)
    return openNamed(context, { ...settings, token }, { value: await findPodManager(context, settings), source: 'pod' });
  if (await meansCluster(context, settings)) return openCluster(context, settings, undefined);
  const manager = openManager(context, settings, { value: defaultManager, source: 'default' });
  return openStandaloneControl(context, settings, { url: defaultManager, manager });
}

async function openNamed(context: Context, asked: Settings, named: Setting<URL>): Promise<Control> {
  const { value: url } = named;
  const settings = { ...asked, token: asked.token ?? (await findStoredToken(context, url)) };
  await using stack = new AsyncDisposableStack();
  const manager = stack.use(openManager(context, settings, named));
  const info = await manager.info();
  if (info.auth === 'kubernetes' && (await meansKubeconfig(context, settings, info))) return await openCluster(context, asked, url);
  if (info.auth === 'kubernetes' && settings.token === undefined) throw toNoProof(url, info);
  refuseClusterFlags(settings, url);
  stack.move();
  return openStandaloneControl(context, settings, { url, manager, proven: info.auth === 'kubernetes' ? info.owner : undefined });
}

/** Whether a cluster is asked with the kubeconfig, and not its manager by a token. */
async function meansKubeconfig(context: Context, settings: Settings, { owner }: ManagerInfo): Promise<boolean> {
  const { token, cluster } = settings;
  if (clusterSettings.some((name) => cluster[name]?.source === 'flag')) return true;
  if (token !== undefined && owner !== undefined) return false;
  if (!(await meansCluster(context, settings))) return false;
  if (token !== undefined) context.output.warn(`the manager does not take ${describeToken(token)}; your kubeconfig is used`);
  return true;
}

/** Whether these settings, which name no manager, mean a cluster. */
export async function meansCluster({ host }: Pick<Context, 'host'>, settings: Settings): Promise<boolean> {
  if (namesCluster(settings)) return true;
  const { hasKubeconfig } = await import('@switchyard/kube');
  return hasKubeconfig(host.env, host.home);
}

function namesCluster({ cluster }: Settings): boolean {
  return clusterSettings.some((name) => cluster[name] !== undefined);
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

function toNoProof(url: URL, { signIn }: ManagerInfo): InterceptError {
  const ways = [
    ...(signIn === undefined ? [] : [`sign in (intercept login --manager ${url.origin})`]),
    'name a file with a token (--token-file)',
    'or give the kubeconfig of its cluster (--kubeconfig)',
  ];
  return new InterceptError('not_signed_in', `The manager at ${url.host} belongs to a cluster, and nothing here says who you are.`, {
    hint: `One of these does: ${ways.join(', ')}.`,
  });
}
