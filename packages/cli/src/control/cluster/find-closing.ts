import { InterceptError, type Closing } from '@switchyard/contract';
import { describeDrain, leases, managerName, readDrain, type KubeClient } from '@switchyard/kube';

/**
 * What ends every intercept of the namespace whether it is renewed or not; undefined where nothing does, or where the person may not read
 * the Lease that would say so.
 */
export async function findClosing(client: KubeClient): Promise<Closing | undefined> {
  try {
    const drain = readDrain((await client.get(leases, managerName))?.metadata.annotations ?? {});
    return drain && { at: new Date(drain.atMs), message: describeDrain(drain) };
  } catch (reason) {
    if (reason instanceof InterceptError && reason.code === 'not_allowed') return undefined;
    throw reason;
  }
}
