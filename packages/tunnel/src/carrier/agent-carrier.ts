import type { BytesMethod } from '@switchyard/wire';
import type { MessageStream, StreamHandler } from '../message-stream.ts';

/** What carries the streams of one session at the agent's end. */
export interface AgentCarrier {
  /**
   * Opens a stream. What is sent before it is open waits; a stream that cannot be opened is closed. `urgent`: what waits on it goes before
   * what waits on streams of the same connection.
   */
  open(method: BytesMethod, handler: StreamHandler, options?: { readonly urgent: boolean }): MessageStream;
  /** Lets go of every connection. */
  close(): void;
}
