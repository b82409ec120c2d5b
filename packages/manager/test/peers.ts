// Two managers' ends of a hop on one machine, with tokens of a signer of the test's own.
import {
  InterceptError,
  silentLog,
  silentMetrics,
  toLimitValues,
  type InterceptId,
  type LimitValues,
  type Pipe,
} from '@switchyard/contract';
import type { Pod } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { createMemoryPipePair } from '@switchyard/testkit';
import type { LiveSession } from '../src/cluster/intercepts/intercept-keeper.ts';
import type { HopDeskDeps } from '../src/cluster/peers/hop-desk.ts';
import { openHop, type Hop } from '../src/cluster/peers/open-hop.ts';
import { createPeerGuard } from '../src/cluster/peers/peer-guard.ts';
import { openPeerListener } from '../src/cluster/peers/peer-listener.ts';
import type { ServiceAccount } from '../src/auth/service-account-tokens.ts';
import { peerLimits } from '../src/limits.ts';
import { createSession } from './fakes.ts';
import { byName, createManagerPod, createPod } from './objects.ts';

export const id = 'orders.http.alice' as InterceptId;

/** What a token says, in the place of a signed one: `ACCOUNT/POD/UID`. */
export async function readToken(token: string): Promise<ServiceAccount> {
  const [name = '', pod = '', uid = ''] = token.split('/');
  if (name === '') throw new InterceptError('not_signed_in', 'The token is none.');
  const expiresAt = new Date('2100-01-01');
  return { user: `system:serviceaccount:shop:${name}`, groups: [], namespace: 'shop', name, pod: { name: pod, uid }, expiresAt };
}

const withUid = (uid: string, pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, uid } });

/** The pods of the namespace: two managers at two addresses of this machine, and somebody else's pod at a third. */
export const pods: ReadonlyMap<string, Pod> = byName(
  withUid('u1', createManagerPod('manager-1', '127.0.0.1')),
  withUid('u2', createManagerPod('manager-2', '127.0.0.2')),
  withUid('u3', createPod('shop', '127.0.0.3')),
);

export const goodToken = 'switchyard-manager/manager-2/u2';

export interface PeerBench extends AsyncDisposable {
  readonly port: number;
  /** The developers' ends of the pipes that were opened. */
  readonly developers: readonly Pipe[];
  hop(changes?: { readonly token?: string; readonly from?: string; readonly id?: InterceptId; readonly uid?: string }): Promise<Hop>;
}

/** The manager `manager-1`, which has the session of the intercept with the uid `u-alice`, and calls of `manager-2`. */
export async function openPeerBench(
  changes: Partial<LimitValues<typeof peerLimits>> = {},
  session?: Partial<LiveSession['session']>,
  { clock = createSystemClock(), log = silentLog }: Partial<Pick<HopDeskDeps, 'clock' | 'log'>> = {},
): Promise<PeerBench> {
  const developers: Pipe[] = [];
  const openPipe = async (): Promise<Pipe> => {
    const [here, there] = createMemoryPipePair();
    developers.push(there);
    return here;
  };
  const live: LiveSession = { id, session: { ...createSession('s1', 'alice'), openPipe, ...session }, direct: undefined };
  const listener = await openPeerListener(
    {
      clock,
      log,
      metrics: silentMetrics,
      identify: createPeerGuard({ clock, verify: readToken, pods: () => pods }),
      findSession: (uid) => (uid === 'u-alice' ? live : undefined),
    },
    { host: '127.0.0.1', port: 0 },
    toLimitValues(peerLimits, changes),
  );
  return {
    port: listener.port,
    developers,
    hop: ({ token = goodToken, from = '127.0.0.2', id: name = id, uid = 'u-alice' } = {}) =>
      openHop(
        { clock, readToken: async () => token, localAddress: from },
        { host: '127.0.0.1', port: listener.port },
        { id: name, uid },
        new AbortController().signal,
      ),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}
