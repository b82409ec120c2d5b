export { createAgentKey, type AgentKeyPair } from './agent-key.ts';
export type { Caller, ManagerApi, ManagerClient } from './api.ts';
export { openTunnelClient, type TunnelClientDeps, type TunnelClientOptions } from './client.ts';
export type { TunnelLimits } from './limits.ts';
export { openManagerClient, type ManagerClientOptions } from './manager-client.ts';
export { openTunnelServer, type TunnelServer, type TunnelServerDeps, type TunnelServerOptions } from './server.ts';
export type { AcceptSession, Hello, ServerSession, SessionEnd, SessionEvents, TunnelClient } from './session.ts';
export { protocolVersions } from './version.ts';
export type { AuthMode, ManagerInfo, RemovalFilter, SessionEvent, VersionRange } from '@switchyard/wire';
