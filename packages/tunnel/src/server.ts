import type { Clock, Log, Metrics } from '@switchyard/contract';
import type { ManagerApi } from './api.ts';
import type { TunnelLimits } from './limits.ts';
import type { AcceptSession } from './session.ts';

/** Where a tunnel server listens and whom it serves. */
export interface TunnelServerOptions {
  /** Decides about each new session. */
  readonly accept: AcceptSession;
  /** Serves the unary calls on the same port. */
  readonly api: ManagerApi;
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits?: Partial<TunnelLimits>;
}

/** The manager's end: one gRPC server for tunnel and API. Dispose closes every session (`draining`) and connection. */
export interface TunnelServer extends AsyncDisposable {
  /** The port that it listens on. */
  readonly port: number;
  /** Tells every agent that this manager is about to stop, and refuses new sessions with `draining`. */
  drain(): void;
}

/** Opens the manager's end. Rejects with `port_in_use`, or `bad_config` where the address cannot be listened on. */
export declare function openTunnelServer(
  deps: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
  options: TunnelServerOptions,
): Promise<TunnelServer>;
