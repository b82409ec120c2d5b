import type { EndReason, InterceptInfo, ServiceName } from '@switchyard/contract';
import type { InterceptSource, SessionIntercepts } from '../../registry/ports.ts';

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
  /** Whose objects have the key `publicKey`, the oldest object's owner first. */
  ownersOf(publicKey: string): readonly string[];
  /** Looks at everything anew: for a change that no object tells, such as that of who leads. */
  reconsider(): void;
  /** This manager is about to stop: where its sessions are is for the next one to say. Goodbyes are still carried out. */
  retire(): void;
}

/** Learns why an intercept ended that this manager routed by. */
export type OnEnd = (reason: EndReason) => void;
