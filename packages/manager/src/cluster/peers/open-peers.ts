import type { Clock, Log, Metrics } from '@switchyard/contract';
import type { Collection, KubeClient, Pod } from '@switchyard/kube';
import { createClusterIssuer, createServiceAccountVerifier } from '../../auth/service-account-tokens.ts';
import type { PeersConfig } from '../../config/manager-config.ts';
import type { InterceptKeeper } from '../intercepts/intercept-keeper.ts';
import { peerAudience } from './hop.ts';
import { openHop } from './open-hop.ts';
import { createPeerGuard } from './peer-guard.ts';
import { openPeerListener, type PeerListener } from './peer-listener.ts';
import { RemoteSessions } from './remote-sessions.ts';
import { createTokenFile } from './token-file.ts';

/** What both ends of the way between managers work with. The collection is synced before anybody comes. */
export interface PeersDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly pods: Collection<Pod>;
}

/** Leads to the sessions that other managers have, from the pod at `podAddress`. */
export function createRemotes(deps: PeersDeps & { readonly podAddress: string }, { listen, tokenFile }: PeersConfig): RemoteSessions {
  const hop = { clock: deps.clock, readToken: createTokenFile(deps.clock, tokenFile), localAddress: deps.podAddress };
  return new RemoteSessions({ ...deps, port: listen.port, openHop: (peer, target, signal) => openHop(hop, peer, target, signal) });
}

/** Lets other managers of the namespace reach the sessions that `intercepts` has. Rejects as `openPeerListener`. */
export function openPeers(
  deps: PeersDeps & { readonly metrics: Metrics },
  intercepts: Pick<InterceptKeeper, 'findOwnSession'>,
  { listen }: PeersConfig,
): Promise<PeerListener> {
  const { clock, client, pods } = deps;
  const terms = { audience: peerAudience, namespaces: [client.namespace] };
  const identify = createPeerGuard({
    clock,
    verify: createServiceAccountVerifier(clock, createClusterIssuer(deps), terms),
    pods: () => pods.objects,
  });
  return openPeerListener({ ...deps, identify, findSession: (uid) => intercepts.findOwnSession(uid) }, listen);
}
