import type { InterceptId, SessionId } from './ids.ts';
import type { Pipe } from './pipe.ts';

/** Where a connection goes. */
export type Target =
  /** The ordinary workload behind a service. */
  | { readonly t: 'baseline'; readonly host: string; readonly port: number }
  /** A developer's process behind an agent session. */
  | { readonly t: 'tunnel'; readonly session: SessionId; readonly intercept: InterceptId }
  /** A developer's process at a reachable address. */
  | { readonly t: 'direct'; readonly host: string; readonly port: number; readonly intercept: InterceptId };

/** Opens connections to targets, as a port. */
export interface Dialer {
  /**
   * Opens one connection. For `tunnel` it waits, bounded, for a session that was lost a moment ago.
   * Rejects with `developer_offline`, `limit_reached`, `tunnel_lost`, `upstream_unreachable`, `upstream_timeout` or `canceled`.
   */
  dial(target: Target, signal: AbortSignal): Promise<Pipe>;
}
