import type {
  InterceptError,
  InterceptId,
  InterceptInfo,
  ManagerEvent,
  RequestQuestion,
  RouteReport,
  ServiceInfo,
} from '@switchyard/contract';
import type { EventFilter, EventRequest, ManagerInfo, RemovalFilter } from '@switchyard/wire';

/** Who calls the API: what the caller said, not yet proven. */
export interface Caller {
  /** The claimed owner; printable, at most 128 characters. Undefined where the caller claims no name. */
  readonly owner: string | undefined;
  readonly token: string | undefined;
  /** The IP address that the call comes from. */
  readonly address: string;
}

/** The manager's API. Throw an `InterceptError`: the caller gets its code, message and hint. */
export interface ManagerApi {
  info(caller: Caller): Promise<ManagerInfo>;
  listServices(caller: Caller): Promise<readonly ServiceInfo[]>;
  listIntercepts(caller: Caller): Promise<readonly InterceptInfo[]>;
  /** Removes those of the caller's own intercepts that match, and answers them. */
  removeIntercepts(caller: Caller, filter: RemovalFilter): Promise<readonly InterceptInfo[]>;
  /** Lets one of the caller's own live for `lifetimeMs` from now (undefined: the limit, which is also the most), and answers it. */
  renewIntercept(caller: Caller, id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo>;
  /** Where a request would go now, and why. */
  explain(caller: Caller, question: RequestQuestion): Promise<RouteReport>;
  /** The recent events, oldest first. */
  listEvents(caller: Caller, filter: EventFilter): Promise<readonly ManagerEvent[]>;
  /**
   * Calls `onEvent` with the recent events, then with each that comes, until the function that this resolves to is called, or `onOver`, at
   * most once: the caller may not read them any more.
   */
  followEvents(
    caller: Caller,
    filter: EventFilter,
    onEvent: (event: ManagerEvent) => void,
    onOver: (error: InterceptError) => void,
  ): Promise<() => void>;
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
  /** Rejects with `version_mismatch` where the manager is of a version without it. */
  renewIntercept(id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo>;
  explain(question: RequestQuestion): Promise<RouteReport>;
  /**
   * Calls `onEvent` with the recent events, oldest first; with `follow` then with each that comes, until `signal` (then it rejects) or the
   * manager ends it.
   */
  watchEvents(request: EventRequest, onEvent: (event: ManagerEvent) => void, signal: AbortSignal): Promise<void>;
}
