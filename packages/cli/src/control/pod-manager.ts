import { InterceptError } from '@switchyard/contract';
import { openManagerClient } from '@switchyard/tunnel';
import type { Context } from '../context.ts';
import { cliLimits } from '../limits.ts';
import type { Settings } from '../settings.ts';

/**
 * The manager of the namespace, as its pods know it: by TLS where that is spoken there, which is the installer's choice. Where an authority
 * is named, TLS comes first, so that nobody on the way can talk a pod out of it. It is looked at without a token; where neither scheme works
 * the one is answered that says more about why.
 */
export async function findPodManager(
  { clock }: Pick<Context, 'clock'>,
  { access, owner, namesAuthority }: Pick<Settings, 'access' | 'owner' | 'namesAuthority'>,
  host: string = podHost,
): Promise<URL> {
  const schemes = namesAuthority ? ['https', 'http'] : ['http', 'https'];
  const [first, second] = schemes.map((scheme) => new URL(`${scheme}://${host}`)) as [URL, URL];
  await using manager = openManagerClient({ url: first, access, owner, token: undefined, clock, timeoutMs: cliLimits.probeMs.value });
  try {
    await manager.info();
  } catch (reason) {
    // That the other one is spoken there is what such a failure says.
    if (InterceptError.from(reason).hint === `Use ${second.origin}.`) return second;
  }
  return first;
}

const podHost = 'switchyard-manager:7480';
