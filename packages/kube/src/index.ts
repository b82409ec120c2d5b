export type {
  CallOptions,
  DeleteOptions,
  KubeClient,
  ObjectList,
  Patch,
  PatchOperation,
  Scope,
  Selection,
  ServerDocument,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts';
export { kubeLimits } from './limits.ts';
export { openKubeClient, type KubeClientDeps, type KubeClientOptions } from './open-client.ts';
export { hasKubeconfig } from './credentials/find-kubeconfig.ts';
export type { ConnectOptions, KubeConnection } from './credentials/connection.ts';
export type { KubeconfigOptions } from './credentials/load-kubeconfig.ts';
export type { Collection } from './collection/collection.ts';
export { openCollection, type CollectionDeps } from './collection/open-collection.ts';
export { watchObject } from './collection/watch-object.ts';
export { isLeaseFree, seeLease, toLeaseTaken, type LeaseSight } from './lease/lease-record.ts';
export { openLease, type LeaseDeps, type LeaseHolder, type LeaseOptions } from './lease/open-lease.ts';
export { openForwardSocket, type ForwardSocket, type ForwardSocketDeps, type ForwardSocketOptions } from './port-forward/forward-socket.ts';
export type { ForwardTarget } from './port-forward/forward-target.ts';
export { openPortForward, type PortForwardDeps } from './port-forward/open-port-forward.ts';
export type { Condition, FieldTree, KubeObject, ManagedFieldsEntry, ObjectMeta, ResourceType } from './resources/meta.ts';
export {
  endpointSlices,
  leases,
  networkPolicies,
  pods,
  kubeEvents,
  localSubjectAccessReviews,
  selfSubjectReviews,
  services,
  type EndpointSlice,
  type LabelSelector,
  type Lease,
  type NetworkPolicy,
  type Pod,
  type KubeEvent,
  type LocalSubjectAccessReview,
  type SelfSubjectReview,
  type Service,
  type ServicePort,
} from './resources/core.ts';
export {
  intercepts,
  type Intercept,
  type InterceptConditionType,
  type InterceptReason,
  type InterceptStatus,
  type ServiceRefusal,
} from './resources/intercept.ts';
export { describeDrain, readDrain, toDrainText, type Drain } from './resources/drain.ts';
export { describeRevocation, describeWho, readRevocation, toRevocationText, type Revocation } from './resources/revocation.ts';
export { findLeftOut, findNamedGroups, putNamedFirst, type NamedGroups } from './resources/named-groups.ts';
export { createInterceptObject, toLifetimeSeconds, type Claimant } from './resources/intercept-object.ts';
export { peerAuthentications, type PeerAuthentication } from './resources/peer-authentication.ts';
export { fromMatchObject, type MatchObject } from './resources/match.ts';
export { interceptPolicies, type InterceptPolicy } from './resources/policy.ts';
export { readPodLog, type PodLogLine, type PodLogOptions } from './pod-log.ts';
export { isReadyRouter, isRouter } from './resources/router-pod.ts';
export {
  routedServices,
  type OriginalPort,
  type OriginalService,
  type RoutedConditionType,
  type RoutedPhase,
  type RoutedReason,
  type RoutedService,
  type RoutedServicePort,
  type RoutedServiceStatus,
  type RouterReport,
} from './resources/routed-service.ts';
export {
  fieldManager,
  managedByLabel,
  managerName,
  originalAnnotation,
  routerSelector,
  shadowLabel,
  standDownAnnotation,
  toShadowName,
  approvedAnnotation,
  drainAnnotation,
  edgeAnnotation,
  protectedAnnotation,
  revokedAnnotation,
  sourceAddressAnnotation,
  warmAnnotation,
} from './resources/names.ts';
