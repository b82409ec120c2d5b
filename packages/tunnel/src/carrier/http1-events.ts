import { InterceptError, type Clock, type Timer } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { encodeEventRequest, eventDefinition, parseEvent } from '@switchyard/wire';
import { toSilent } from '../connect/connect-error.ts';
import type { Access } from '../connect/access.ts';
import { silenceMs, type EventReading } from '../event-client.ts';
import { fixedTunnelLimits } from '../limits.ts';
import { openAnswer, type Http1CallOptions } from './http1-call.ts';

/**
 * Reads a stream of events over HTTP/1.1 to its end. Rejects with what the manager answered, `manager_unreachable`, or the signal's reason.
 */
export async function readEventsOverHttp1(
  options: Http1CallOptions,
  access: Access,
  { request, onEvent, signal }: EventReading,
): Promise<void> {
  const silence = new AbortController();
  const watch = watchSilence(options.clock, () => silence.abort(toSilent(options.url, silenceMs)));
  try {
    const either = AbortSignal.any([signal, silence.signal]);
    const answer = await openAnswer(options, access, eventDefinition.watchEvents, encodeEventRequest(request), either);
    for await (const message of toMessages(answer as AsyncIterable<Buffer>)) {
      watch.restart();
      const event = parseEvent(message);
      if (event !== undefined) onEvent(event);
    }
  } catch (reason) {
    if (signal.aborted) throw toAbortError(signal);
    if (silence.signal.aborted) throw silence.signal.reason;
    throw InterceptError.from(reason, 'manager_unreachable', 'The stream of events broke.');
  } finally {
    watch.stop();
  }
}

function watchSilence(clock: Clock, onSilence: () => void): { restart(): void; stop(): void } {
  let timer: Timer = clock.after(silenceMs, onSilence);
  return {
    restart() {
      timer.cancel();
      timer = clock.after(silenceMs, onSilence);
    },
    stop: () => timer.cancel(),
  };
}

async function* toMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let unread = Buffer.alloc(0);
  for await (const chunk of chunks) {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 4) {
      const length = unread.readUInt32BE();
      if (length > fixedTunnelLimits.messageBytes.value)
        throw new InterceptError('protocol_violation', 'An event of the manager is too long.');
      if (unread.length < 4 + length) break;
      yield unread.subarray(4, 4 + length);
      unread = unread.subarray(4 + length);
    }
  }
}
