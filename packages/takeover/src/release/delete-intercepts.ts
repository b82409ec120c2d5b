import { intercepts } from '@switchyard/kube';
import type { TakeoverDeps } from '../execute/deps.ts';
import { listIfKnown } from './takeovers.ts';

/**
 * Deletes every intercept of the client's namespace, whoever owns it, and resolves with the names of those that it deleted. For an
 * uninstall alone.
 */
export async function deleteIntercepts({ client }: Pick<TakeoverDeps, 'client'>, signal: AbortSignal): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const { metadata } of await listIfKnown({ client }, intercepts, signal)) {
    if (await client.delete(intercepts, metadata.name, { uid: metadata.uid, signal })) deleted.push(metadata.name);
  }
  return deleted;
}
