import type { KubeClient } from '@switchyard/kube';
import type { Context } from '../context.ts';
import { resolveSettings, type SettingFlags } from '../settings.ts';

/** The client of the cluster that the flags name, for somebody who administers. What it needs is loaded only then. The caller disposes it. */
export async function openAdminClient(context: Context, flags: SettingFlags): Promise<KubeClient> {
  const settings = await resolveSettings(context.host, flags);
  const { openClient } = await import('../control/cluster/open-client.ts');
  return openClient(context, settings, 'administer');
}
