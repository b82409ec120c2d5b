import type { Clock, Log } from '@switchyard/contract';
import type { ManagerClient } from './api.ts';
import type { TunnelLimits } from './limits.ts';
import type { Hello, TunnelClient } from './session.ts';

/** Which manager to connect to, and as whom. */
export interface TunnelClientOptions {
  /** `http:` is plaintext HTTP/2, `https:` TLS. Proxy variables are not read. */
  readonly url: URL;
  readonly hello: Omit<Hello, 'version'>;
  readonly limits?: Partial<TunnelLimits>;
  /** Gives up connecting. An open session is ended by its dispose, not by this. */
  readonly signal: AbortSignal;
}

/**
 * Opens a session, within `connectMs`. Rejects with `manager_unreachable` (nothing listens, or it is no manager), `version_mismatch`,
 * `canceled`, or what the manager answered (`not_signed_in`, `draining`, ...).
 */
export declare function openTunnelClient(
  deps: { readonly clock: Clock; readonly log: Log },
  options: TunnelClientOptions,
): Promise<TunnelClient>;

/** Which manager to ask, and as whom. */
export interface ManagerClientOptions {
  readonly url: URL;
  readonly owner: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  /** Deadline of each call; 3 s unless told. */
  readonly timeoutMs?: number;
}

/** A client of the manager's unary API. Connects on the first call. */
export declare function openManagerClient(options: ManagerClientOptions): ManagerClient;
