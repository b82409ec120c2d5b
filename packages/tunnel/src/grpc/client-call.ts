import { findHeader, type HeaderList } from '../http2/header-field.ts';
import type { Http2Connection } from '../http2/http2-connection.ts';
import { http2Codes } from '../http2/http2-error.ts';
import type { Http2Stream, Http2StreamHandler } from '../http2/http2-stream.ts';
import type { MessageStream, StreamClose, StreamHandler } from '../message-stream.ts';
import { grpcStatus } from './grpc-status.ts';
import { MessageReader, type MessageSink } from './message-reader.ts';
import { writeMessage } from './write-message.ts';

/** One call at the agent's end. */
export class ClientCall implements MessageStream, Http2StreamHandler, MessageSink {
  readonly #connection: Http2Connection;
  readonly #stream: Http2Stream;
  readonly #handler: StreamHandler;
  readonly #reader: MessageReader;
  #close: StreamClose | undefined;

  /** `urgent`: what waits on it goes before what waits on others. */
  constructor(
    connection: Http2Connection,
    { head, maxMessageBytes, urgent }: { readonly head: HeaderList; readonly maxMessageBytes: number; readonly urgent: boolean },
    handler: StreamHandler,
  ) {
    this.#connection = connection;
    this.#handler = handler;
    this.#reader = new MessageReader(this, maxMessageBytes);
    this.#stream = connection.openStream(head, this);
    this.#stream.urgent = urgent;
  }

  readonly send = (message: Buffer, rest?: Buffer): boolean => writeMessage(this.#stream, message, rest);

  backlog(): number {
    return this.#stream.backlog;
  }

  finish(): void {
    this.#stream.end();
  }

  cancel(): void {
    this.#fail(grpcStatus.cancelled, 'The call was cancelled.');
  }

  onHeaders(headers: HeaderList, end: boolean): void {
    const http = findHeader(headers, ':status');
    const status = findHeader(headers, 'grpc-status');
    if (end && status !== undefined) {
      this.#close ??= { code: Number(status), details: decodeDetails(findHeader(headers, 'grpc-message') ?? '') };
      // Nobody hears what we would still say.
      if (this.#stream.backlog === 0) this.#stream.end();
      else this.#stream.reset(http2Codes.cancel);
    } else if (http === undefined || (http === '200' && !isGrpc(headers)) || end) {
      this.#fail(grpcStatus.unknown, `The answer is no gRPC: its status is ${http ?? 'missing'}.`);
    } else if (http !== '200' && !http.startsWith('1')) {
      this.#fail(toStatus(http), `The answer has the status ${http}.`);
    }
  }

  onData(bytes: Buffer): number {
    return this.#reader.read(bytes);
  }

  onMessage(message: Buffer): boolean {
    this.#handler.onMessage(message);
    return this.#connection.spend();
  }

  onBroken(reason: 'compressed' | 'too_large'): void {
    this.#fail(
      reason === 'compressed' ? grpcStatus.unimplemented : grpcStatus.resourceExhausted,
      'The answer is no message of the tunnel.',
    );
  }

  onEnd(): void {
    this.#fail(grpcStatus.internal, 'The answer ended without a status.');
  }

  onDrain(): void {
    this.#handler.onDrain();
  }

  onClose(code: number | undefined): void {
    const close = (this.#close ??= toClose(code));
    // Whoever ends a stream is not told inside of the method that does it.
    queueMicrotask(() => this.#handler.onClose(close));
  }

  #fail(code: number, details: string): void {
    this.#close ??= { code, details };
    this.#stream.reset(http2Codes.cancel);
  }
}

function isGrpc(headers: HeaderList): boolean {
  return findHeader(headers, 'content-type')?.startsWith('application/grpc') === true;
}

/** What gRPC makes of the HTTP status of an answer that is not its own. */
function toStatus(http: string): number {
  return ['429', '502', '503', '504'].includes(http) ? grpcStatus.unavailable : grpcStatus.unknown;
}

/** Details come percent-encoded; what is not stays as it is. */
function decodeDetails(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toClose(code: number | undefined): StreamClose {
  if (code === undefined) return { code: grpcStatus.unavailable, details: 'The connection broke.' };
  if (code === http2Codes.refusedStream) return { code: grpcStatus.unavailable, details: 'The stream was refused.' };
  return {
    code: code === http2Codes.cancel ? grpcStatus.cancelled : grpcStatus.internal,
    details: `The stream was reset by code ${code}.`,
  };
}
