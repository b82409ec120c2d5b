import { InterceptError, type ManagerEvent } from '@switchyard/contract';
import type { EventFilter } from '@switchyard/tunnel';
import type { EventLog } from './event-log.ts';

/** How many may follow at a time. */
export interface EventStreamLimits {
  readonly eventStreams: number;
  readonly eventStreamsPerOwner: number;
}

/** The events as one caller may read them. */
export interface EventStreams {
  /** Those that are kept, oldest first. */
  list(owner: string, filter: EventFilter): readonly ManagerEvent[];
  /**
   * Calls `onEvent` with those that are kept, then with each that comes, until the returned function is called. Throws `limit_reached`
   * where too many follow already.
   */
  follow(owner: string, filter: EventFilter, onEvent: (event: ManagerEvent) => void): () => void;
}

/** Lets callers read `log`: their own events, or everybody's. */
export function createEventStreams(log: EventLog, { eventStreams, eventStreamsPerOwner }: EventStreamLimits): EventStreams {
  const counts = new Map<string, number>();
  const take = (owner: string): (() => void) => {
    const own = counts.get(owner) ?? 0;
    if (own >= eventStreamsPerOwner) throw toTooMany(`${owner} has ${own}`);
    if (log.followers >= eventStreams) throw toTooMany(`This manager has ${log.followers}`);
    counts.set(owner, own + 1);
    return () => {
      const rest = (counts.get(owner) ?? 1) - 1;
      if (rest === 0) counts.delete(owner);
      else counts.set(owner, rest);
    };
  };
  return {
    list: (owner, filter) => log.since(filter.after).filter((event) => isMeant(event, owner, filter)),
    follow(owner, filter, onEvent) {
      const leave = take(owner);
      for (const event of log.since(filter.after)) if (isMeant(event, owner, filter)) onEvent(event);
      const stop = log.follow((event) => {
        if (isMeant(event, owner, filter)) onEvent(event);
      });
      let following = true;
      return () => {
        if (!following) return;
        following = false;
        stop();
        leave();
      };
    },
  };
}

function toTooMany(whose: string): InterceptError {
  return new InterceptError('limit_reached', `${whose} streams of events already.`, {
    hint: 'End another one, or ask for the recent events without following.',
  });
}

function isMeant(event: ManagerEvent, owner: string, { all }: EventFilter): boolean {
  return all || event.owner === owner || event.type === 'events_missed';
}
