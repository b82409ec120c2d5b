import { status, type Client, type ClientReadableStream, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { InterceptError, type Clock, type ManagerEvent } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { encodeEventRequest, eventDefinition, parseEvent, type EventRequest } from '@switchyard/wire';
import { fixedTunnelLimits } from './limits.ts';

/** How a stream of events is read. */
export interface EventReading {
  readonly request: EventRequest;
  readonly onEvent: (event: ManagerEvent) => void;
  readonly signal: AbortSignal;
}

/** How long a stream may say nothing: two signs of life may be late. */
export const silenceMs: number = 3 * fixedTunnelLimits.eventBeatMs.value;

/** How a stream of events ended: in order, by the library's status, or in silence. */
export type EventEnd =
  | { readonly t: 'end' }
  | { readonly t: 'status'; readonly status: StatusObject }
  | { readonly t: 'silent'; readonly ms: number };

/** Reads a stream of events to its end. Rejects with what `onEvent` throws, with `protocol_violation`, or the signal's reason. */
export function readEvents(
  client: Client,
  metadata: Metadata,
  clock: Clock,
  { request, onEvent, signal }: EventReading,
): Promise<EventEnd> {
  return new Promise((resolve, reject) => {
    const method = eventDefinition.watchEvents;
    const call: ClientReadableStream<Buffer> = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      encodeEventRequest(request),
      metadata,
    );
    const watch = () => clock.after(silenceMs, () => finish(() => resolve({ t: 'silent', ms: silenceMs })));
    let timer = watch();
    const onAbort = (): void => finish(() => reject(toAbortError(signal)));
    const finish = (settle: () => void): void => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      call.cancel();
      settle();
    };
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return onAbort();
    call.on('data', (bytes: Buffer) => {
      timer.cancel();
      timer = watch();
      try {
        const event = parseEvent(bytes);
        if (event !== undefined) onEvent(event);
      } catch (reason) {
        finish(() => reject(InterceptError.from(reason)));
      }
    });
    call.on('error', () => {});
    call.on('status', (end: StatusObject) => finish(() => resolve(end.code === status.OK ? { t: 'end' } : { t: 'status', status: end })));
  });
}
