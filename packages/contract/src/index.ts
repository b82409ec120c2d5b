export { codes, isCode, type Code, type CodeRow, type Fault, type RetryAdvice } from './codes.ts';
export { InterceptError, type InterceptErrorOptions } from './intercept-error.ts';
export {
  isLabel,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
  toRoutingKey,
  type InterceptId,
  type RoutingKey,
  type ServiceName,
  type SessionId,
} from './ids.ts';
export type { Clock, Timer } from './clock.ts';
export { silentLog, type Log, type LogFields } from './log.ts';
export { silentMetrics, type CountReading, type Counter, type GaugeReader, type MetricOptions, type Metrics } from './metrics.ts';
export type { Pipe, PipeHandler } from './pipe.ts';
export { eventTypes, type EventType, type ManagerEvent } from './event.ts';
export type { Dialer, Target } from './target.ts';
export type {
  EndReason,
  Closing,
  InterceptInfo,
  InterceptSpec,
  PortInfo,
  PortProtocol,
  ServiceInfo,
  SessionState,
  Sharing,
  SourceAddressForm,
  Waiting,
  WhenAway,
} from './intercept.ts';
export { sourceAddressForms } from './intercept.ts';
export type { HeaderLine, RequestQuestion, RouteCandidate, RouteOutcome, RouteReport } from './explanation.ts';
export type { Condition, Match, MatchPolicy, TextMatch } from './match.ts';
export { actorKinds, type Actor, type ActorKind, type Principal } from './principal.ts';
export { auditActions, silentAudit, type Audit, type AuditAction, type AuditRecord, type AuditUsage } from './audit.ts';
export { toLimitValues, type Limit, type LimitTable, type LimitValues } from './limits.ts';
