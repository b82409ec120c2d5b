import type { InterceptInfo, ServiceInfo } from '@switchyard/contract';
import type { ManagerInfo, RemovalFilter } from '@switchyard/wire';

/** Who calls the API: what the caller said, not yet proven. */
export interface Caller {
  /** The claimed owner; printable, at most 128 characters. */
  readonly owner: string;
  readonly token: string | undefined;
}

/** The manager's unary API. Throw an `InterceptError`: the caller gets its code, message and hint. */
export interface ManagerApi {
  info(caller: Caller): Promise<ManagerInfo>;
  listServices(caller: Caller): Promise<readonly ServiceInfo[]>;
  listIntercepts(caller: Caller): Promise<readonly InterceptInfo[]>;
  /** Removes those of the caller's own intercepts that match, and answers them. */
  removeIntercepts(caller: Caller, filter: RemovalFilter): Promise<readonly InterceptInfo[]>;
}

/**
 * The manager's API, from afar. Every method rejects with `manager_unreachable` when nothing answers, else with what the manager answered.
 * Each call opens what it needs; dispose closes the connection.
 */
export interface ManagerClient extends AsyncDisposable {
  info(): Promise<ManagerInfo>;
  listServices(): Promise<readonly ServiceInfo[]>;
  listIntercepts(): Promise<readonly InterceptInfo[]>;
  removeIntercepts(filter: RemovalFilter): Promise<readonly InterceptInfo[]>;
}
