export { openManager, type Manager, type ManagerDeps } from './app.ts';
export { openAudit } from './audit/open-audit.ts';
export { openClusterManager, type ClusterManagerDeps } from './cluster/open-cluster-manager.ts';
export type { AuthConfig, ClusterConfig, ManagerConfig, PortConfig, ServiceConfig, UserConfig } from './config/manager-config.ts';
export { createManagerJsonSchema } from './config/json-schema.ts';
export { managerLimits, type ManagerLimits } from './limits.ts';
export { openApi } from './rest/routes.ts';
