import { status, type ClientDuplexStream, type ServerDuplexStream, type StatusObject } from '@grpc/grpc-js';
import type { InterceptError } from '@switchyard/contract';
import { unreadBytesOf } from './http2-window.ts';
import type { ReadTurn, TurnTaker } from './read-turn.ts';

/** One gRPC stream of messages as bytes, seen alike from both ends. */
export interface MessageStream {
  /** Sends one message. False: the stream is full, wait for `onDrain` with what can wait. Dropped once the stream is finished or closed. */
  send(message: Buffer): boolean;
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
   * The stream is over in both directions; exactly once, nothing follows. Its code is OK only where the other end finished it and all that it sent was
   * handed over; `details` is what an agent's gRPC library says about it.
   */
  onClose(details: StreamClose): void;
}

/** How a stream ended, as far as the library knows. */
export type StreamClose = Pick<StatusObject, 'code' | 'details'> & {
  /** Why, where no library had to be asked. */
  readonly error?: InterceptError;
};

type Call = ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/**
 * Wraps a call at the manager's end. Messages are always read, as far as `turn` allows at once: back-pressure is the protocol's credit, never
 * HTTP/2's.
 */
export function createServerStream(call: ServerDuplexStream<Buffer, Buffer>, turn: ReadTurn, handler: StreamHandler): MessageStream {
  let open = true;
  const finish = (): void => {
    if (open) call.end();
    open = false;
  };
  const taker: TurnTaker = { resume: () => void call.resume(), unreadBytes: () => unreadBytesOf(call) };
  const onData = (message: Buffer): void => {
    handler.onMessage(message);
    if (!turn.spend(taker)) call.pause();
  };
  call.on('data', onData);
  listen(call, handler);
  let code = status.CANCELLED;
  call.on('end', () => {
    code = status.OK;
    // The agent has nothing more to say, so neither have we.
    finish();
  });
  call.once('cancelled', () => {
    open = false;
    // Some messages may still wait for their turn.
    call.off('data', onData);
    handler.onClose({ code, details: 'The stream ended.' });
  });
  return {
    send: (message) => !open || call.write(message),
    backlog: () => call.writableLength,
    finish,
    cancel() {
      // The library's way to end a call with a status; it is no uncaught error.
      if (open) call.emit('error', { code: status.CANCELLED, details: 'The session is over.' });
      open = false;
    },
  };
}

/** Wraps a call at the agent's end. It never pauses: the library tells the end of a call without waiting for messages that were not read. */
export function createClientStream(call: ClientDuplexStream<Buffer, Buffer>, handler: StreamHandler): MessageStream {
  let open = true;
  call.on('data', (message: Buffer) => handler.onMessage(message));
  listen(call, handler);
  call.once('status', (end: StatusObject) => {
    open = false;
    handler.onClose(end);
  });
  return {
    send: (message) => !open || call.write(message),
    backlog: () => call.writableLength,
    finish() {
      if (open) call.end();
      open = false;
    },
    cancel() {
      open = false;
      call.cancel();
    },
  };
}

function listen(call: Call, handler: StreamHandler): void {
  call.on('drain', () => handler.onDrain());
  // What it says comes with the end of the stream too.
  call.on('error', () => {});
}
