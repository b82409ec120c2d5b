export type { Caller, ManagerApi, ManagerClient } from './api.ts';
export { openManagerClient, openTunnelClient, type ManagerClientOptions, type TunnelClientOptions } from './client.ts';
export { defaultTunnelLimits, type TunnelLimits } from './limits.ts';
export { openTunnelServer, type TunnelServer, type TunnelServerOptions } from './server.ts';
export type { AcceptSession, Hello, ServerSession, SessionEnd, SessionEvents, TunnelClient } from './session.ts';
export type { AuthMode, ManagerInfo, RemovalFilter, SessionEvent, VersionRange } from '@switchyard/wire';
