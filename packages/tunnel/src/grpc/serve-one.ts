import type { StreamHandler } from '../message-stream.ts';
import type { GrpcMethod, IncomingCall } from './grpc-server.ts';
import type { CallEnd, ServerCall } from './server-call.ts';

/** A method that takes one message and answers it; `toEnd` says what becomes of whatever `answer` throws. */
export function createUnaryMethod(
  answer: (call: IncomingCall, request: Buffer) => Promise<Buffer>,
  toEnd: (reason: unknown) => CallEnd,
): GrpcMethod {
  return serveOne((incoming, call, request) => {
    void Promise.resolve()
      .then(() => answer(incoming, request))
      .then(
        (bytes) => {
          call.send(bytes);
          call.finish();
        },
        (reason: unknown) => call.end(toEnd(reason)),
      );
  });
}

/** A method that takes one message; a caller that sends none, or a second one, is not heard. `onClose` of the call is `closed`. */
export function serveOne(serve: (incoming: IncomingCall, call: ServerCall, request: Buffer, closed: AbortSignal) => void): GrpcMethod {
  return (incoming) => {
    const closed = new AbortController();
    let request: Buffer | undefined;
    const handler: StreamHandler = {
      onMessage(message) {
        if (request !== undefined) return;
        // It outlives the bytes that it came in.
        request = Buffer.from(message);
        serve(incoming, call, request, closed.signal);
      },
      onDrain() {},
      onClose: () => closed.abort(),
    };
    const onEnd = (): void => {
      if (request === undefined) call.finish();
    };
    const call: ServerCall = incoming.take(handler, { onEnd });
  };
}
