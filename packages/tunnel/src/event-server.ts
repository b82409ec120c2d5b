import { InterceptError, type Clock, type Log, type ManagerEvent, type Timer } from '@switchyard/contract';
import { encodeEvent, parseEventRequest, type eventDefinition } from '@switchyard/wire';
import type { ManagerApi } from './api.ts';
import { parseCaller, toCallEnd } from './api-server.ts';
import type { Connections } from './connections.ts';
import type { GrpcMethod, IncomingCall } from './grpc/grpc-server.ts';
import { serveOne } from './grpc/serve-one.ts';
import type { ServerCall } from './grpc/server-call.ts';
import { fixedTunnelLimits } from './limits.ts';
import { toShownError } from './request-desk.ts';

const limits = fixedTunnelLimits;

/** What the stream of events needs. */
export interface EventServiceDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly find: Connections['find'];
}

/** One call for events: who asks, what, and until when. */
interface Watch {
  readonly incoming: IncomingCall;
  readonly call: ServerCall;
  readonly request: Buffer;
  readonly closed: AbortSignal;
}

/** The stream of events. A reader that does not keep up is dropped; a stream that goes on gives signs of life. */
export function createEventService(api: ManagerApi, deps: EventServiceDeps): Record<keyof typeof eventDefinition, GrpcMethod> {
  return {
    watchEvents: serveOne((incoming, call, request, closed) => {
      serve(api, deps, { incoming, call, request, closed }).catch((reason: unknown) => call.end(toCallEnd(toShownError(reason, deps.log))));
    }),
  };
}

async function serve(api: ManagerApi, { clock, find }: EventServiceDeps, { incoming, call, request, closed }: Watch): Promise<void> {
  const connection = find(incoming.peer);
  const caller = parseCaller(incoming.headers, connection?.remoteAddress ?? '');
  const { follow, ...filter } = parseEventRequest(request);
  if (!follow) {
    for (const event of await api.listEvents(caller, filter)) call.send(encodeEvent(event));
    return call.finish();
  }
  let timer: Timer | undefined;
  const beat = (): void => {
    timer = clock.after(limits.eventBeatMs.value, () => {
      send(undefined);
      beat();
    });
  };
  let open = true;
  const send = (event: ManagerEvent | undefined): void => {
    if (!open) return;
    call.send(encodeEvent(event));
    if (call.backlog() <= limits.unreadEvents.value) return;
    open = false;
    call.end(
      toCallEnd(
        new InterceptError('limit_reached', 'The events were not read as fast as they came.', { hint: 'Begin again after the last one.' }),
      ),
    );
  };
  const stop = await api.followEvents(caller, filter, send);
  connection?.addSession();
  beat();
  const end = (): void => {
    open = false;
    timer?.cancel();
    stop();
    connection?.removeSession();
  };
  if (closed.aborted) end();
  else closed.addEventListener('abort', end);
}
