import { InterceptError, type Clock } from '@switchyard/contract';
import { managerName, type Pod } from '@switchyard/kube';
import type { ServiceAccount, VerifyServiceAccount } from '../../auth/service-account-tokens.ts';
import { hashToken } from '../../auth/token-hash.ts';
import { peerLimits } from '../../limits.ts';
import { isSameAddress } from '../egress/never-dialled.ts';
import { findPeer, type Peer } from './find-peer.ts';

/** What the guard goes by. */
export interface PeerGuardDeps {
  readonly clock: Pick<Clock, 'date'>;
  readonly verify: VerifyServiceAccount;
  /** All pods of the namespace, by name. */
  readonly pods: () => ReadonlyMap<string, Pod>;
}

/** Tells which manager calls from `address`. Rejects with `not_signed_in` and `not_allowed`, and as `VerifyServiceAccount`. */
export type IdentifyPeer = (token: string | undefined, address: string) => Promise<Peer>;

const mostTokens = peerLimits.peerTokens.value;

/**
 * Lets in who proves, by a token that was made for this only, to be a pod that runs as a manager of this namespace, and calls from that
 * pod's address: whoever sees a token on its way can do nothing with it elsewhere. Verified tokens are remembered until they expire, by
 * their hash; what the pods say is asked each time.
 */
export function createPeerGuard({ clock, verify, pods }: PeerGuardDeps): IdentifyPeer {
  const known = new Map<string, ServiceAccount>();
  const toAccount = async (token: string): Promise<ServiceAccount> => {
    const hash = hashToken(token);
    const found = known.get(hash);
    if (found !== undefined && found.expiresAt > clock.date()) return found;
    known.delete(hash);
    const account = await verify(token);
    // The one that was verified longest ago has likely been replaced.
    const oldest = known.size >= mostTokens ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(hash, account);
    return account;
  };
  return async (token, address) => {
    if (token === undefined) throw new InterceptError('not_signed_in', 'The caller shows no token.');
    const { name, user, pod } = await toAccount(token);
    const peer = pod && findPeer(pods(), pod.name);
    if (name !== managerName || peer === undefined || peer.uid !== pod?.uid) {
      throw new InterceptError('not_allowed', `The token of ${user} is not that of a manager that runs in this namespace.`);
    }
    if (peer.addresses.some((own) => isSameAddress(own, address))) return peer;
    throw new InterceptError('not_allowed', `The token of ${peer.name} was shown from ${address}, which is not that pod's address.`);
  };
}
