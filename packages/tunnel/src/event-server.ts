import type { Clock, Log } from '@switchyard/contract';
import type { eventDefinition } from '@switchyard/wire';
import type { ManagerApi } from './api.ts';
import { parseCaller, toCallEnd } from './api-server.ts';
import type { Connections } from './connections.ts';
import { streamEvents, type EventReader } from './event-stream.ts';
import type { GrpcMethod, IncomingCall } from './grpc/grpc-server.ts';
import { serveOne } from './grpc/serve-one.ts';
import type { ServerCall } from './grpc/server-call.ts';
import { fixedTunnelLimits } from './limits.ts';
import { toShownError } from './request-desk.ts';

/** What the stream of events needs. */
export interface EventServiceDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly find: Connections['find'];
}

/** The stream of events over gRPC. */
export function createEventService(
  api: ManagerApi,
  { clock, log, find }: EventServiceDeps,
): Record<keyof typeof eventDefinition, GrpcMethod> {
  const serve = async (incoming: IncomingCall, request: Buffer, reader: EventReader): Promise<void> => {
    const caller = parseCaller(incoming.headers, find(incoming.peer)?.remoteAddress ?? '');
    await streamEvents(api, clock, caller, request, reader);
  };
  return {
    watchEvents: serveOne((incoming, call, request, closed) => {
      const reader = toReader(call, closed, () => find(incoming.peer));
      serve(incoming, request, reader).catch((reason: unknown) => reader.fail(toShownError(reason, log)));
    }),
  };
}

function toReader(call: ServerCall, closed: AbortSignal, findConnection: () => ReturnType<Connections['find']>): EventReader {
  return {
    send: (message) => void call.send(message),
    isSlow: () => call.backlog() > fixedTunnelLimits.unreadEvents.value,
    finish: () => call.finish(),
    fail: (error) => call.end(toCallEnd(error)),
    closed,
    hold() {
      const connection = findConnection();
      connection?.addSession();
      return () => connection?.removeSession();
    },
  };
}
