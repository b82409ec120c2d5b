import { openKubeClient, type KubeClient } from '@switchyard/kube';
import type { Context } from '../../context.ts';
import type { Settings } from '../../settings.ts';
import { createExplainingClient, type Purpose } from './explaining-client.ts';

/** The client of the cluster that the settings name; its failures say what a person can do. The caller disposes it. */
export async function openClient(
  { clock, log, host }: Context,
  { cluster }: Pick<Settings, 'cluster'>,
  purpose: Purpose,
): Promise<KubeClient> {
  const { context, namespace } = cluster;
  const variable = host.env['KUBECONFIG'];
  const kubeconfig = cluster.kubeconfig?.value ?? (variable === '' ? undefined : variable);
  const client = await openKubeClient({ clock, log }, { kubeconfig, context: context?.value, namespace: namespace?.value });
  return createExplainingClient(client, purpose);
}
