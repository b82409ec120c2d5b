import type { HeaderList } from '../http2/header-field.ts';
import type { Http2Connection } from '../http2/http2-connection.ts';
import type { Http2Stream, Http2StreamHandler } from '../http2/http2-stream.ts';
import type { MessageStream, StreamHandler } from '../message-stream.ts';
import { grpcStatus } from './grpc-status.ts';
import { MessageReader, type MessageSink } from './message-reader.ts';
import { writeMessage } from './write-message.ts';

/** How a call ends: a status of gRPC, what it means, and further fields of the trailer. */
export interface CallEnd {
  readonly code: number;
  readonly details?: string;
  readonly trailers?: HeaderList;
}

const responseHead: HeaderList = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

/** How a call is served. */
export interface ServerCallOptions {
  readonly maxMessageBytes: number;
  /** What to do when the caller has nothing more to say. Default: neither have we, and the call ends in order. */
  readonly onEnd?: (() => void) | undefined;
}

/** One call at the manager's end. */
export class ServerCall implements MessageStream, Http2StreamHandler, MessageSink {
  readonly #connection: Http2Connection;
  readonly #stream: Http2Stream;
  readonly #handler: StreamHandler;
  readonly #reader: MessageReader;
  readonly #onEnd: (() => void) | undefined;
  #begun = false;

  constructor(connection: Http2Connection, stream: Http2Stream, { maxMessageBytes, onEnd }: ServerCallOptions, handler: StreamHandler) {
    this.#connection = connection;
    this.#stream = stream;
    this.#handler = handler;
    this.#reader = new MessageReader(this, maxMessageBytes);
    this.#onEnd = onEnd;
    stream.handler = this;
  }

  readonly send = (message: Buffer, rest?: Buffer): boolean => {
    if (!this.#begun) this.#stream.sendHeaders(responseHead);
    this.#begun = true;
    return writeMessage(this.#stream, message, rest);
  };

  backlog(): number {
    return this.#stream.backlog;
  }

  finish(): void {
    this.end({ code: grpcStatus.ok });
  }

  cancel(): void {
    this.end({ code: grpcStatus.cancelled, details: 'The session is over.' });
  }

  /** Ends the call after what was sent. */
  end({ code, details = '', trailers = [] }: CallEnd): void {
    this.#stream.end([
      ...(this.#begun ? [] : responseHead),
      ['grpc-status', String(code)],
      ...(details === '' ? [] : [['grpc-message', encodeURIComponent(details)] as const]),
      ...trailers,
    ]);
  }

  onHeaders(): void {
    this.onEnd();
  }

  onData(bytes: Buffer): number {
    return this.#reader.read(bytes);
  }

  onMessage(message: Buffer): boolean {
    this.#handler.onMessage(message);
    return this.#connection.spend();
  }

  onBroken(reason: 'compressed' | 'too_large'): void {
    this.end({ code: reason === 'compressed' ? grpcStatus.unimplemented : grpcStatus.resourceExhausted });
  }

  onEnd(): void {
    if (this.#onEnd === undefined) this.finish();
    else this.#onEnd();
  }

  onDrain(): void {
    this.#handler.onDrain();
  }

  onClose(): void {
    const code = this.#stream.remoteEnded ? grpcStatus.ok : grpcStatus.cancelled;
    // Whoever ends a stream is not told inside of the method that does it.
    queueMicrotask(() => this.#handler.onClose({ code, details: 'The stream ended.' }));
  }
}
