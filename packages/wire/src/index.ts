export type { SessionEvent } from './session-event.ts';
export type { AuthMode, ManagerInfo, RemovalFilter, VersionRange } from './manager-info.ts';
