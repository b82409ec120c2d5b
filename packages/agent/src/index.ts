export { openAgent, type Agent, type AgentDeps, type AgentIntercept, type AgentOptions } from './agent.ts';
export { createAgentKey, type AgentKeyPair } from '@switchyard/tunnel';
export type { AgentEvent, AgentEventHandler } from './event.ts';
export { connectLocal, formatLocalAddress, type LocalAddress } from './local-address.ts';
