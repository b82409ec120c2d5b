import { InterceptError, type Clock, type ManagerEvent, type Timer } from '@switchyard/contract';
import { encodeEvent, parseEventRequest } from '@switchyard/wire';
import type { Caller, ManagerApi } from './api.ts';
import { fixedTunnelLimits } from './limits.ts';

/** Who reads events, whatever carries them. */
export interface EventReader {
  /** Sends one message. */
  send(message: Buffer): void;
  /** Whether more waits than a reader may leave unread. */
  isSlow(): boolean;
  /** All events were sent. */
  finish(): void;
  /** Ends the stream with what the reader may know. */
  fail(error: InterceptError): void;
  /** Aborted when the reader is gone, or the stream over. */
  readonly closed: AbortSignal;
  /** Keeps the connection past the deadline of those without a session, until the returned function is called. */
  hold(): () => void;
}

/**
 * Answers one call for events until it is over. A reader that does not keep up is dropped; a stream that goes on gives signs of life.
 * Rejects as the API does, with nothing sent.
 */
export async function streamEvents(api: ManagerApi, clock: Clock, caller: Caller, request: Buffer, reader: EventReader): Promise<void> {
  const { follow, ...filter } = parseEventRequest(request);
  if (!follow) {
    for (const event of await api.listEvents(caller, filter)) reader.send(encodeEvent(event));
    return reader.finish();
  }
  let timer: Timer | undefined;
  let open = true;
  const fail = (error: InterceptError): void => {
    if (!open) return;
    open = false;
    reader.fail(error);
  };
  const send = (event: ManagerEvent | undefined): void => {
    if (!open) return;
    reader.send(encodeEvent(event));
    if (!reader.isSlow()) return;
    fail(
      new InterceptError('limit_reached', 'The events were not read as fast as they came.', { hint: 'Begin again after the last one.' }),
    );
  };
  const beat = (): void => {
    timer = clock.after(fixedTunnelLimits.eventBeatMs.value, () => {
      send(undefined);
      beat();
    });
  };
  const stop = await api.followEvents(caller, filter, send, fail);
  const release = reader.hold();
  beat();
  const end = (): void => {
    open = false;
    timer?.cancel();
    stop();
    release();
  };
  if (reader.closed.aborted) end();
  else reader.closed.addEventListener('abort', end, { once: true });
}
