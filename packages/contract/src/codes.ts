/**
 * The closed table of failure codes. Behaviour follows the code, never the message.
 * The reference page `docs/reference/errors.md` is generated from this table.
 */

/** Who has to act so that the failure goes away. */
export type Fault = 'user' | 'policy' | 'developer' | 'cluster' | 'network' | 'peer' | 'us';

/** Whether doing the same again can help: `never`, `later` (after a wait), `now`. */
export type RetryAdvice = 'never' | 'later' | 'now';

/** One row: what a code means on every surface that can show it. */
export interface CodeRow {
  readonly fault: Fault;
  readonly retry: RetryAdvice;
  /** HTTP status of a response that the proxy or the API makes itself. */
  readonly http: number;
  /** gRPC status number (google.rpc.Code). */
  readonly grpc: number;
  /** WebSocket close code (RFC 6455 section 7.4). */
  readonly webSocket: number;
  /** Exit code of the command line. */
  readonly exit: number;
  readonly log: 'error' | 'warn' | 'info' | 'debug';
  /** One line for the reference page. */
  readonly about: string;
}

/** A failure code. Closed: a new one needs a row below. */
export type Code =
  | 'bad_usage'
  | 'bad_config'
  | 'not_signed_in'
  | 'not_allowed'
  | 'route_conflict'
  | 'service_not_found'
  | 'intercept_not_found'
  | 'developer_offline'
  | 'local_refused'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'tunnel_lost'
  | 'draining'
  | 'limit_reached'
  | 'head_too_large'
  | 'request_timeout'
  | 'method_refused'
  | 'protocol_violation'
  | 'upstream_violation'
  | 'version_mismatch'
  | 'manager_unreachable'
  | 'cluster_unavailable'
  | 'cluster_conflict'
  | 'cluster_not_found'
  | 'cluster_refused'
  | 'cluster_gone'
  | 'service_unsupported'
  | 'manager_not_installed'
  | 'port_in_use'
  | 'not_executable'
  | 'command_not_found'
  | 'loop_detected'
  | 'canceled'
  | 'internal';

// A table reads best with a row a line.
// prettier-ignore
/** What each code means. */
export const codes: Readonly<Record<Code, CodeRow>> = {
  bad_usage: { fault: 'user', retry: 'never', http: 400, grpc: 3, webSocket: 1008, exit: 2, log: 'info', about: 'A command, flag or request was used wrongly.' },
  bad_config: { fault: 'user', retry: 'never', http: 400, grpc: 3, webSocket: 1008, exit: 2, log: 'info', about: 'A configuration file has a mistake; the message names file and line.' },
  not_signed_in: { fault: 'user', retry: 'never', http: 401, grpc: 16, webSocket: 1008, exit: 4, log: 'info', about: 'The caller did not prove who they are.' },
  not_allowed: { fault: 'policy', retry: 'never', http: 403, grpc: 7, webSocket: 1008, exit: 4, log: 'info', about: 'The caller is known but may not do this.' },
  route_conflict: { fault: 'user', retry: 'never', http: 409, grpc: 6, webSocket: 1008, exit: 5, log: 'info', about: 'Another owner already holds this key or match.' },
  service_not_found: { fault: 'user', retry: 'never', http: 404, grpc: 5, webSocket: 1008, exit: 3, log: 'info', about: 'No service or port of that name is routed by this manager.' },
  intercept_not_found: { fault: 'user', retry: 'never', http: 404, grpc: 5, webSocket: 1008, exit: 3, log: 'info', about: 'No such intercept is live: it never was, or it ended.' },
  developer_offline: { fault: 'developer', retry: 'later', http: 503, grpc: 14, webSocket: 1013, exit: 1, log: 'info', about: 'The request belongs to an intercept whose session is gone.' },
  local_refused: { fault: 'developer', retry: 'later', http: 502, grpc: 14, webSocket: 1014, exit: 1, log: 'info', about: "Nothing accepts connections at the developer's local address." },
  upstream_unreachable: { fault: 'cluster', retry: 'later', http: 502, grpc: 14, webSocket: 1014, exit: 1, log: 'warn', about: 'A connection to the target could not be opened.' },
  upstream_timeout: { fault: 'cluster', retry: 'later', http: 504, grpc: 4, webSocket: 1014, exit: 1, log: 'warn', about: 'The target did not answer within the deadline.' },
  tunnel_lost: { fault: 'network', retry: 'now', http: 502, grpc: 14, webSocket: 1012, exit: 1, log: 'info', about: 'The tunnel broke while it carried this exchange.' },
  draining: { fault: 'cluster', retry: 'now', http: 503, grpc: 14, webSocket: 1012, exit: 1, log: 'info', about: 'This manager is shutting down and takes no new work.' },
  limit_reached: { fault: 'user', retry: 'later', http: 429, grpc: 8, webSocket: 1013, exit: 1, log: 'info', about: 'A documented limit was reached; LIMITS.md names it.' },
  head_too_large: { fault: 'peer', retry: 'never', http: 431, grpc: 8, webSocket: 1009, exit: 1, log: 'info', about: 'A request head is larger than the limit.' },
  request_timeout: { fault: 'peer', retry: 'now', http: 408, grpc: 4, webSocket: 1008, exit: 1, log: 'debug', about: 'The client did not finish its request head in time.' },
  method_refused: { fault: 'peer', retry: 'never', http: 405, grpc: 12, webSocket: 1008, exit: 1, log: 'info', about: 'The method is not taken here: the answer says which ones are; CONNECT is never proxied.' },
  protocol_violation: { fault: 'peer', retry: 'never', http: 400, grpc: 3, webSocket: 1002, exit: 1, log: 'info', about: 'The peer sent a message that has no single meaning.' },
  upstream_violation: { fault: 'developer', retry: 'never', http: 502, grpc: 13, webSocket: 1002, exit: 1, log: 'warn', about: 'The target answered with a message that has no single meaning.' },
  version_mismatch: { fault: 'user', retry: 'never', http: 426, grpc: 9, webSocket: 1002, exit: 1, log: 'info', about: 'Client and manager share no protocol version.' },
  manager_unreachable: { fault: 'network', retry: 'later', http: 503, grpc: 14, webSocket: 1013, exit: 1, log: 'info', about: 'The manager could not be reached at its address.' },
  cluster_unavailable: { fault: 'cluster', retry: 'later', http: 503, grpc: 14, webSocket: 1013, exit: 1, log: 'warn', about: 'The Kubernetes API server could not be reached.' },
  cluster_conflict: { fault: 'cluster', retry: 'now', http: 409, grpc: 10, webSocket: 1013, exit: 5, log: 'info', about: 'The Kubernetes object exists already, or somebody changed it meanwhile.' },
  cluster_not_found: { fault: 'cluster', retry: 'later', http: 404, grpc: 5, webSocket: 1008, exit: 3, log: 'info', about: 'The Kubernetes API server knows no such object or resource type.' },
  cluster_refused: { fault: 'user', retry: 'never', http: 422, grpc: 3, webSocket: 1008, exit: 1, log: 'warn', about: 'The Kubernetes API server refused an object or a change as invalid.' },
  cluster_gone: { fault: 'cluster', retry: 'now', http: 410, grpc: 11, webSocket: 1013, exit: 1, log: 'info', about: 'A watch asked for a version that the Kubernetes API server no longer has.' },
  service_unsupported: { fault: 'user', retry: 'never', http: 409, grpc: 9, webSocket: 1008, exit: 1, log: 'info', about: 'The Service is of a kind that cannot be taken over; the message says why.' },
  manager_not_installed: { fault: 'cluster', retry: 'never', http: 503, grpc: 14, webSocket: 1013, exit: 1, log: 'info', about: 'The cluster or the namespace has no Switchyard manager; the hint says who can install it, and how.' },
  port_in_use: { fault: 'user', retry: 'never', http: 409, grpc: 6, webSocket: 1008, exit: 1, log: 'info', about: 'A local port that is needed is taken by another program.' },
  not_executable: { fault: 'user', retry: 'never', http: 500, grpc: 3, webSocket: 1011, exit: 126, log: 'info', about: 'The command to run exists but cannot be executed.' },
  command_not_found: { fault: 'user', retry: 'never', http: 500, grpc: 3, webSocket: 1011, exit: 127, log: 'info', about: 'The command to run was not found.' },
  loop_detected: { fault: 'user', retry: 'never', http: 508, grpc: 9, webSocket: 1008, exit: 1, log: 'warn', about: 'A keyed request came back to the router too often: an intercept leads to itself.' },
  canceled: { fault: 'user', retry: 'now', http: 499, grpc: 1, webSocket: 1001, exit: 130, log: 'debug', about: 'The caller went away or asked to stop.' },
  internal: { fault: 'us', retry: 'later', http: 500, grpc: 13, webSocket: 1011, exit: 1, log: 'error', about: 'A fault of Switchyard itself; please report it.' },
};

/** Whether `text` names a code of this version (a peer of another version may send an unknown one). */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}
