import type { ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { InterceptError, type Clock, type Log, type ManagerEvent, type Timer } from '@switchyard/contract';
import { encodeEvent, parseEventRequest, type eventDefinition } from '@switchyard/wire';
import type { ManagerApi } from './api.ts';
import { parseCaller, toStatus } from './api-server.ts';
import type { Connections } from './connections.ts';
import { fixedTunnelLimits } from './limits.ts';
import { toShownError } from './request-desk.ts';

const limits = fixedTunnelLimits;

/** What the stream of events needs. */
export interface EventServiceDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly find: Connections['find'];
}

type Call = ServerWritableStream<Buffer, Buffer>;

/** The stream of events for grpc-js. A reader that does not keep up is dropped; a stream that goes on gives signs of life. */
export function createEventService(
  api: ManagerApi,
  deps: EventServiceDeps,
): Record<keyof typeof eventDefinition, UntypedServiceImplementation[string]> {
  return {
    watchEvents: (call: Call) => void serve(api, deps, call).catch((reason: unknown) => fail(call, toShownError(reason, deps.log))),
  };
}

async function serve(api: ManagerApi, { clock, find }: EventServiceDeps, call: Call): Promise<void> {
  const connection = find(call.getPeer());
  const caller = parseCaller(call.metadata, connection?.remoteAddress ?? '');
  const { follow, ...filter } = parseEventRequest(call.request);
  if (!follow) {
    for (const event of await api.listEvents(caller, filter)) call.write(encodeEvent(event));
    return void call.end();
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
    call.write(encodeEvent(event));
    if (call.writableLength <= limits.unreadEvents.value) return;
    open = false;
    fail(
      call,
      new InterceptError('limit_reached', 'The events were not read as fast as they came.', { hint: 'Begin again after the last one.' }),
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
  if (call.cancelled) end();
  else call.once('cancelled', end);
}

/** The library's way to end a call with a status; it is no uncaught error. */
function fail(call: Call, error: InterceptError): void {
  call.emit('error', toStatus(error));
}
