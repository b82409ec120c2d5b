import type { EndReason, InterceptId, InterceptInfo, ServiceName } from '@switchyard/contract';
import type { KeyOwner } from '../../auth/key-identity.ts';
import type { InterceptSource, SessionIntercepts } from '../../registry/ports.ts';
import type { SessionLink } from './judge-standing.ts';

/** The intercepts of a namespace: what the objects say, what the sessions do, and what becomes of both. */
export interface InterceptKeeper extends SessionIntercepts, InterceptSource, Disposable {
  /** Resolves when all collections are there and were judged for the first time: before, `wanted` says nothing. Rejects as they do. */
  readonly synced: Promise<void>;
  /** Services of accepted intercepts that are not over. Another set after each change. */
  readonly wanted: ReadonlySet<ServiceName>;
  /** Calls `listener` after each change of `wanted`. Returns how to stop that. */
  onWantedChange(listener: () => void): () => void;
  /** The intercepts that requests are routed by. */
  list(): readonly InterceptInfo[];
  /** Those, and the ones that only have their place: they wait for an approval, their first session or their Service. By id. */
  listPlaced(): readonly InterceptInfo[];
  /** The one of that name, even if it is refused; undefined where there is none, or it is over. */
  find(id: string): InterceptInfo | undefined;
  /** Lets a live intercept go on, whoever has its session, as `renew` does: for callers who are its owner. Throws `intercept_not_found`. */
  renewById(id: InterceptId, lifetimeMs: number | undefined): InterceptInfo;
  /** Whose objects have the key `publicKey`, the oldest object's owner first. */
  ownersOf(publicKey: string): readonly KeyOwner[];
  /** The session of the intercept `uid`, where it is with this manager. */
  findOwnSession(uid: string): LiveSession | undefined;
  /** Looks at everything anew: for a change that no object tells, such as that of who leads. */
  reconsider(): void;
  /** This manager is about to stop: where its sessions are is for the next one to say. Goodbyes are still carried out. */
  retire(): void;
}

/** A session that serves an intercept, and where that is dialled past the session. */
export type LiveSession = Pick<Extract<SessionLink, { t: 'live' }>, 'id' | 'session' | 'direct'>;

/** Learns why an intercept ended that this manager routed by. */
export type OnEnd = (reason: EndReason) => void;
