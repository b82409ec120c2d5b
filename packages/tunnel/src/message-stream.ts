import type { InterceptError } from '@switchyard/contract';

/** One stream of messages as bytes, whatever carries it, seen alike from both ends. */
export interface MessageStream {
  /**
   * Sends one message: all of it, or its beginning (a few bytes, copied at once) and `rest` (not to be changed afterwards). False: the
   * stream is full, wait for `onDrain` with what can wait. Dropped once the stream is finished or closed.
   */
  send(message: Buffer, rest?: Buffer): boolean;
  /** Messages that wait to be taken by the connection. */
  backlog(): number;
  /** Nothing follows from us; what was sent still arrives. The manager's `finish` ends the whole stream, an agent's only its half. */
  finish(): void;
  /** Ends the whole stream at once. */
  cancel(): void;
}

/** Receives what happens on a stream. */
export interface StreamHandler {
  onMessage(message: Buffer): void;
  onDrain(): void;
  /**
   * The stream is over in both directions; exactly once, nothing follows. Its code is OK only where the other end finished it and all that
   * it sent was handed over.
   */
  onClose(details: StreamClose): void;
}

/** How a stream ended: a status of gRPC, and what it means in words. */
export interface StreamClose {
  readonly code: number;
  readonly details: string;
  /** Why, where it is known better. */
  readonly error?: InterceptError;
}
