import { InterceptError, type InterceptSpec } from '@switchyard/contract';
import type { AcceptSession, Hello } from '@switchyard/tunnel';
import type { Tell } from './event-log.ts';

/**
 * `accept`, which also tells of each session that it takes, of its end, and of what it was refused. `ownerOf` says who is behind a hello.
 */
export function tellSessions(accept: AcceptSession, ownerOf: (hello: Hello) => string, tell: Tell): AcceptSession {
  return async (hello, session) => {
    const events = await accept(hello, session);
    const owner = ownerOf(hello);
    tell({ type: 'session_opened', owner, message: `${owner} is connected from ${hello.client}.` });
    return {
      ...events,
      async onRegister(spec) {
        try {
          return await events.onRegister(spec);
        } catch (reason) {
          const error = InterceptError.from(reason);
          tell({ type: 'intercept_refused', owner, ...toSubject(spec), reason: error.code, message: error.message });
          throw error;
        }
      },
      onClose(end) {
        events.onClose(end);
        const how = end.t === 'goodbye' ? 'left' : 'was lost';
        tell({ type: 'session_closed', owner, reason: end.t, message: `The session of ${owner} from ${hello.client} ${how}.` });
      },
    };
  };
}

function toSubject({ service, key }: InterceptSpec): Pick<InterceptSpec, 'service' | 'key'> {
  return { service, key };
}
