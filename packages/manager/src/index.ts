export { openManager, type Manager, type ManagerDeps } from './app.ts';
export type { AuthConfig, ManagerConfig, PortConfig, ServiceConfig, UserConfig } from './config/manager-config.ts';
export { createManagerJsonSchema } from './config/json-schema.ts';
export { managerLimits, type ManagerLimits } from './limits.ts';
