import type { InterceptId, InterceptInfo, InterceptSpec } from '@switchyard/contract';
import type { AgentSession, Intercept } from './intercept.ts';

/** What sessions do with intercepts: the registry in memory, or the objects of a cluster. */
export interface SessionIntercepts {
  /** Makes the intercept that `spec` names the session's. Throws, or rejects, with what the agent is to learn. */
  register(session: AgentSession, spec: InterceptSpec): InterceptInfo | Promise<InterceptInfo>;
  /** Ends an intercept of `session`. Throws `intercept_not_found`. */
  unregister(session: AgentSession, id: InterceptId): void;
  /**
   * Lets an intercept of `session` live for `lifetimeMs` from now (undefined: the limit, which is also the most). Throws
   * `intercept_not_found`.
   */
  renew(session: AgentSession, id: InterceptId, lifetimeMs: number | undefined): InterceptInfo;
  /** The session said goodbye: its intercepts end, and nothing is held for them. */
  leave(session: AgentSession): void;
  /** The session was lost: its intercepts are away from now on. */
  lose(session: AgentSession): void;
}

/** Where the dialer finds the intercepts that rules name. */
export interface InterceptSource {
  /** The live intercept `id`. */
  get(id: InterceptId): Intercept | undefined;
  /** Calls `onChange` when the intercept `id` ends, or its session is lost or replaced. Returns how to stop that. */
  watch(id: InterceptId, onChange: () => void): () => void;
}
