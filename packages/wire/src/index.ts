export {
  encodeAgentMessage,
  parseAgentMessage,
  type AgentMessage,
  type AgentRequest,
  type HelloMessage,
  type ReceivedAgentMessage,
  type ResumeTicket,
} from './agent-message.ts';
export {
  encodeEmptyRequest,
  encodeIntercepts,
  encodeManagerInfo,
  encodeRenewal,
  encodeRenewed,
  parseRenewal,
  parseRenewed,
  encodeRemoval,
  encodeRemoved,
  encodeServices,
  parseIntercepts,
  parseManagerInfo,
  parseRemoval,
  parseRemoved,
  parseServices,
} from './api-message.ts';
export { refuseLongMatch } from './match.ts';
export { encodeQuestion, encodeReport, parseQuestion, parseReport, refuseLargeQuestion } from './explain-message.ts';
export {
  encodeEvent,
  encodeEventRequest,
  parseEvent,
  parseEventId,
  parseEventRequest,
  type EventFilter,
  type EventRequest,
} from './event-message.ts';
export { encodeFailure, parseFailure } from './failure.ts';
export { parseInterceptId } from './intercept.ts';
export {
  encodeAttach,
  encodeDataHead,
  encodeFrame,
  encodeOpen,
  encodeResumed,
  maxDataBytes,
  parseAgentFrame,
  parseDataFrame,
  parseManagerFrame,
  type AttachFrame,
  type Frame,
  type OpenFrame,
  type Progress,
  type ResumedFrame,
  type UnknownFrame,
} from './frame.ts';
export type { AuthMode, ManagerInfo, RemovalFilter, SignIn, VersionRange } from './manager-info.ts';
export {
  encodeManagerMessage,
  parseManagerMessage,
  type ManagerMessage,
  type ReceivedManagerMessage,
  type ReplyResult,
  type WelcomeMessage,
} from './manager-message.ts';
export { eventDefinition, managerDefinition, tunnelDefinition, type BytesMethod } from './service-definition.ts';
export type { SessionEvent } from './session-event.ts';
export { parseOwner, readBearer, toShownName } from './text.ts';
