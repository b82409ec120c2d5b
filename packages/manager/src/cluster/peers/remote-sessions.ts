import type { Address } from '@switchyard/config';
import { InterceptError, type Clock, type InterceptId, type Log, type Pipe, type SessionId } from '@switchyard/contract';
import type { Collection, Pod } from '@switchyard/kube';
import { toShownName } from '@switchyard/tunnel';
import { peerLimits } from '../../limits.ts';
import type { AgentSession } from '../../registry/intercept.ts';
import type { Claim } from '../intercepts/claim.ts';
import { findPeer, isDead } from './find-peer.ts';
import type { HopTarget } from './hop.ts';
import type { Hop } from './open-hop.ts';

/** Sessions that other managers have. */
export interface Remotes {
  /** The session of `claim` at the manager whose pod is `router`: the same object until either changes. Undefined where no such pod runs. */
  find(claim: Pick<Claim, 'uid' | 'owner' | 'client'>, router: string): AgentSession | undefined;
  /** Forgets the sessions of intercepts that are no more. */
  retain(isKnown: (uid: string) => boolean): void;
}

/** What remote sessions stand on. The collection is synced. */
export interface RemoteSessionsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly pods: Collection<Pod>;
  /** The port where every manager of the namespace listens for its peers. */
  readonly port: number;
  /** As `openHop`. */
  readonly openHop: (peer: Address, target: HopTarget, signal: AbortSignal) => Promise<Hop>;
}

/** Reaches the sessions that other managers have, through these, and cuts what led to a manager that died without a word. */
export class RemoteSessions implements Remotes, Disposable {
  readonly #deps: RemoteSessionsDeps;
  readonly #sessions: Map<string, RemoteSession> = new Map();
  /** What is open, by the manager that it leads through: it may outlive the session, which is another one once the agent went elsewhere. */
  readonly #open: Map<Pipe, string> = new Map();
  readonly #stop: () => void;

  constructor(deps: RemoteSessionsDeps) {
    this.#deps = deps;
    this.#stop = deps.pods.onChange(() => this.#cutDead());
  }

  find({ uid, owner, client }: Pick<Claim, 'uid' | 'owner' | 'client'>, router: string): AgentSession | undefined {
    const host = findPeer(this.#deps.pods.objects, router)?.addresses[0];
    if (host === undefined) return undefined;
    const known = this.#sessions.get(uid);
    if (known?.router === router && known.remoteAddress === host) return known;
    const keep = ({ pipe, onClosed }: Hop): void => {
      this.#open.set(pipe, router);
      onClosed(() => void this.#open.delete(pipe));
    };
    const session = new RemoteSession({ ...this.#deps, keep }, { uid, router, host, owner: toShownName(owner), client });
    this.#sessions.set(uid, session);
    return session;
  }

  retain(isKnown: (uid: string) => boolean): void {
    for (const uid of this.#sessions.keys()) if (!isKnown(uid)) this.#sessions.delete(uid);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  /** Ends what leads through a manager that is gone: nobody else would. */
  #cutDead(): void {
    const { objects } = this.#deps.pods;
    const dead = new Set([...new Set(this.#open.values())].filter((router) => isDead(objects, router)));
    for (const [pipe, router] of this.#open) {
      if (dead.has(router)) pipe.reset(new InterceptError('tunnel_lost', `The manager ${router}, which had the session, is gone.`));
    }
  }
}

interface RemoteSessionDeps extends RemoteSessionsDeps {
  /** Takes what was opened, until it is closed. */
  readonly keep: (hop: Hop) => void;
}

interface RemotePlace {
  readonly uid: string;
  readonly router: string;
  readonly host: string;
  readonly owner: string;
  readonly client: string;
}

class RemoteSession implements AgentSession {
  readonly #deps: RemoteSessionDeps;
  readonly #uid: string;
  #failure: { readonly sinceMs: number; readonly triedMs: number; readonly error: InterceptError } | undefined;
  readonly id: SessionId;
  readonly router: string;
  readonly remoteAddress: string;
  readonly owner: string;
  readonly client: string;
  readonly instance = '';
  readonly publicKey = undefined;

  constructor(deps: RemoteSessionDeps, { uid, router, host, owner, client }: RemotePlace) {
    this.#deps = deps;
    this.#uid = uid;
    this.id = `at ${router}` as SessionId;
    this.router = router;
    this.remoteAddress = host;
    this.owner = owner;
    this.client = client;
  }

  get unreachedMs(): number | undefined {
    return this.#failure?.sinceMs;
  }

  /** Its agent hears of everything from the manager that has the session. */
  notify(): void {}

  async openPipe(id: InterceptId, signal: AbortSignal): Promise<Pipe> {
    const { clock, port } = this.#deps;
    // Those who wait try again together, and whoever comes in between need not wait for an answer that is known.
    if (this.#failure !== undefined && clock.now() - this.#failure.triedMs < peerLimits.hopRetryMs.value) throw this.#failure.error;
    try {
      const hop = await this.#deps.openHop({ host: this.remoteAddress, port }, { id, uid: this.#uid }, signal);
      this.#failure = undefined;
      this.#deps.keep(hop);
      return hop.pipe;
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (error.code === 'tunnel_lost') this.#fail(error);
      throw error;
    }
  }

  #fail(error: InterceptError): void {
    const nowMs = this.#deps.clock.now();
    // What was long ago may have passed without anybody who tried: it is another outage.
    const before = this.#failure !== undefined && nowMs - this.#failure.triedMs <= peerLimits.hopOutageMs.value ? this.#failure : undefined;
    if (before === undefined) this.#deps.log.warn('peer_unreached', { peer: this.router, reason: error.message });
    this.#failure = { sinceMs: before?.sinceMs ?? nowMs, triedMs: nowMs, error };
  }
}
