export { createAgentKey, type AgentKeyPair } from './agent-key.ts';
export type { Caller, ManagerApi, ManagerClient } from './api.ts';
export { createAccess, type Access, type AccessOptions, type CarrierName, type ClientCertificates } from './connect/access.ts';
export { findProxy, type ProxyVariables } from './connect/proxy.ts';
export { openTunnelClient, type TunnelClientDeps, type TunnelClientOptions } from './client.ts';
export type { Http1Connection, Http1Listener } from './listen/http1-server.ts';
export type { ServerIdentity } from './listen/tls-server.ts';
export { tunnelLimits, type TunnelLimits } from './limits.ts';
export type { LostSession } from './lost-session.ts';
export { openManagerClient, type ManagerClientOptions } from './manager-client.ts';
export { openTunnelServer, type TunnelServer, type TunnelServerDeps, type TunnelServerOptions } from './server.ts';
export type { AcceptSession, Hello, OnTurnedAway, ServerSession, SessionEnd, SessionEvents, TunnelClient, TurnedAway } from './session.ts';
export { protocolVersions } from './version.ts';
export {
  parseEventId,
  parseInterceptId,
  parseOwner,
  readBearer,
  refuseLargeQuestion,
  refuseLongMatch,
  toShownName,
} from '@switchyard/wire';
export { toShownError } from './request-desk.ts';
export type { AuthMode, EventFilter, EventRequest, ManagerInfo, RemovalFilter, SessionEvent, SignIn, VersionRange } from '@switchyard/wire';
