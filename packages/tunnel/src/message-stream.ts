import { status, type ClientDuplexStream, type ServerDuplexStream, type StatusObject } from '@grpc/grpc-js';

/** One gRPC stream of messages as bytes, seen alike from both ends. */
export interface MessageStream {
  /** Sends one message. False: the stream is full, wait for `onDrain` with what can wait. Dropped once the stream is finished or closed. */
  send(message: Buffer): boolean;
  /** Nothing follows from us; what was sent still arrives. The manager's `finish` ends the whole stream, an agent's only its half. */
  finish(): void;
  /** Ends the whole stream at once. */
  cancel(): void;
}

/** Receives what happens on a stream. */
export interface StreamHandler {
  onMessage(message: Buffer): void;
  onDrain(): void;
  /** The stream is over in both directions; exactly once, nothing follows. `details` is what an agent's gRPC library says about it. */
  onClose(details: StreamClose): void;
}

/** How a stream ended, as far as the library knows. */
export type StreamClose = Pick<StatusObject, 'code' | 'details'>;

type Call = ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** Wraps a call at the manager's end. Messages are read at once and always: back-pressure is the protocol's credit, never HTTP/2's. */
export function createServerStream(call: ServerDuplexStream<Buffer, Buffer>, handler: StreamHandler): MessageStream {
  const finish = (): void => {
    if (!call.writableEnded) call.end();
  };
  listen(call, handler);
  // The agent's half ended: it has nothing more to say, so neither have we.
  call.on('end', finish);
  call.once('cancelled', () => handler.onClose({ code: status.CANCELLED, details: 'The stream ended.' }));
  return {
    send: (message) => send(call, message),
    finish,
    cancel() {
      // The library's way to end a call with a status; it is no uncaught error.
      if (!call.writableEnded) call.emit('error', { code: status.CANCELLED, details: 'The session is over.' });
    },
  };
}

/** Wraps a call at the agent's end. */
export function createClientStream(call: ClientDuplexStream<Buffer, Buffer>, handler: StreamHandler): MessageStream {
  listen(call, handler);
  call.once('status', (end: StatusObject) => handler.onClose(end));
  return {
    send: (message) => send(call, message),
    finish() {
      if (!call.writableEnded) call.end();
    },
    cancel: () => call.cancel(),
  };
}

function listen(call: Call, handler: StreamHandler): void {
  call.on('data', (message: Buffer) => handler.onMessage(message));
  call.on('drain', () => handler.onDrain());
  // What it says comes with the end of the stream too.
  call.on('error', () => {});
}

function send(call: Call, message: Buffer): boolean {
  return call.writableEnded || call.destroyed || call.write(message);
}
