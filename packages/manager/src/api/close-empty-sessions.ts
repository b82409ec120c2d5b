import { InterceptError, type Clock, type InterceptId, type Timer } from '@switchyard/contract';
import type { AcceptSession, ServerSession } from '@switchyard/tunnel';
import { fixedManagerLimits } from '../limits.ts';

const lingerMs = fixedManagerLimits.emptySessionMs.value;

/**
 * `accept`, whose sessions are closed when the manager has ended the last of their intercepts: a moment later, so that an agent says goodbye
 * by itself first. A session that never had one may wait for its object.
 */
export function closeEmptySessions(clock: Clock, accept: AcceptSession): AcceptSession {
  return async (hello, session) => {
    const held = new Set<InterceptId>();
    let registering = 0;
    let timer: Timer | undefined;
    const closeIfEmpty = (): void => {
      timer = undefined;
      if (held.size === 0 && registering === 0) session.close(toEmpty());
    };
    const watched: ServerSession = {
      id: session.id,
      remoteAddress: session.remoteAddress,
      openPipe: (id, signal) => session.openPipe(id, signal),
      close: (error) => session.close(error),
      notify(event) {
        session.notify(event);
        if (event.t === 'intercept_ended' && held.delete(event.id) && held.size === 0) timer ??= clock.after(lingerMs, closeIfEmpty);
      },
    };
    const events = await accept(hello, watched);
    return {
      ...events,
      async onRegister(spec) {
        registering++;
        try {
          const info = await events.onRegister(spec);
          held.add(info.id);
          return info;
        } finally {
          registering--;
        }
      },
      async onUnregister(id) {
        await events.onUnregister(id);
        held.delete(id);
      },
      onClose(end) {
        timer?.cancel();
        events.onClose(end);
      },
    };
  };
}

function toEmpty(): InterceptError {
  return new InterceptError('intercept_not_found', 'All intercepts of this session have ended.', { hint: 'Start it again.' });
}
