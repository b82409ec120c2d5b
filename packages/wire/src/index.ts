export {
  encodeAgentMessage,
  parseAgentMessage,
  type AgentMessage,
  type AgentRequest,
  type HelloMessage,
  type ReceivedAgentMessage,
} from './agent-message.ts';
export {
  encodeEmptyRequest,
  encodeIntercepts,
  encodeManagerInfo,
  encodeRemoval,
  encodeRemoved,
  encodeServices,
  parseIntercepts,
  parseManagerInfo,
  parseRemoval,
  parseRemoved,
  parseServices,
} from './api-message.ts';
export { encodeFailure, parseFailure } from './failure.ts';
export {
  createDataFrame,
  encodeAttach,
  encodeFrame,
  encodeOpen,
  maxDataBytes,
  parseAgentFrame,
  parseDataFrame,
  parseManagerFrame,
  type AttachFrame,
  type Frame,
  type OpenFrame,
  type UnknownFrame,
} from './frame.ts';
export type { AuthMode, ManagerInfo, RemovalFilter, VersionRange } from './manager-info.ts';
export {
  encodeManagerMessage,
  parseManagerMessage,
  type ManagerMessage,
  type ReceivedManagerMessage,
  type ReplyResult,
  type WelcomeMessage,
} from './manager-message.ts';
export { managerDefinition, tunnelDefinition, type BytesMethod } from './service-definition.ts';
export type { SessionEvent } from './session-event.ts';
export { parseName } from './text.ts';
