import type { Clock, ManagerEvent, Timer } from '@switchyard/contract';
import type { Caller, EventFilter, Http1Connection } from '@switchyard/tunnel';
import type { ServerResponse } from 'node:http';
import type { FullApi } from '../api/manager-api.ts';
import { fixedManagerLimits } from '../limits.ts';
import { safeHeaders } from './answer.ts';
import { toEventData } from './schemas.ts';

const limits = fixedManagerLimits;

/** Where events go. */
export interface EventSink {
  readonly clock: Clock;
  readonly response: ServerResponse;
  readonly connection: Http1Connection;
}

/**
 * Answers with server-sent events (HTML Living Standard, section 9.2) until the reader goes: the recent ones, then each that comes, with
 * signs of life between them. A reader that does not keep up, or may not read them any more, is cut off; it goes on where it was with
 * `Last-Event-ID`. Rejects as
 * `followEvents` does, with nothing written.
 */
export async function sendEvents(
  api: FullApi,
  caller: Caller,
  filter: EventFilter,
  { clock, response, connection }: EventSink,
): Promise<void> {
  let timer: Timer | undefined;
  const write = (text: string): void => {
    response.write(text);
    if (response.writableLength > limits.eventBacklogBytes.value) response.destroy();
  };
  const recent: ManagerEvent[] = [];
  let send = (event: ManagerEvent): void => void recent.push(event);
  const stop = await api.followEvents(
    caller,
    filter,
    (event) => send(event),
    // Whoever asks again reads why.
    () => void response.destroy(),
  );
  const release = connection.hold();
  response.writeHead(200, { ...safeHeaders, 'content-type': 'text/event-stream' });
  const end = (): void => {
    timer?.cancel();
    stop();
    release();
  };
  send = (event) => write(toText(event));
  // As one write: how many are recent is bounded, and must not count as a reader who is slow.
  response.write(`retry: ${limits.eventRetryMs.value}\n\n${recent.map(toText).join('')}`);
  const beat = (): void => {
    timer = clock.after(limits.eventBeatMs.value, () => {
      write(': alive\n\n');
      beat();
    });
  };
  if (response.closed) return end();
  response.once('close', end);
  beat();
}

function toText(event: ManagerEvent): string {
  const id = event.id === '' ? '' : `id: ${event.id}\n`;
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(toEventData(event))}\n\n`;
}
