export { toPortKey } from './plan/port-key.ts';
export { isSamePlan, planRoutedPorts, toRoutedProtocol } from './plan/routed-ports.ts';
export { findBypassed, findServiceRefusal, isOwnService, type Refusal, type RefusalContext } from './plan/refusal.ts';
export { inspectService, type Incomplete, type ServiceState } from './plan/inspect.ts';
export { findRecord, selectsRouters, toOriginal } from './plan/original.ts';
export { readWishes, type ServiceWishes } from './plan/wishes.ts';
export { toShadowService } from './plan/shadow.ts';
export type { TakeoverDeps } from './execute/deps.ts';
export { ensureShadow } from './execute/ensure-shadow.ts';
export { takeService, type TakeResult } from './execute/take-service.ts';
export { restoreService, type RestoreResult } from './execute/restore-service.ts';
export type { ServiceRelease } from './release/restore-all.ts';
export {
  releaseNamespace,
  type ReleaseOptions,
  type ReleaseReport,
  type ReleaseStep,
  type WhyWithoutManager,
} from './release/release-namespace.ts';
export { findTakeovers, type Takeovers } from './release/takeovers.ts';
export { deleteIntercepts } from './release/delete-intercepts.ts';
export { watchOverNamespace } from './release/watch-over.ts';
