import type { InterceptId, RoutingKey, ServiceName } from './ids.ts';

/** What can happen at a manager. Closed. */
export const eventTypes = [
  /** An intercept is live. */
  'intercept_created',
  /** It lives longer, or another session of its owner has it. */
  'intercept_changed',
  /** Its session is lost. */
  'intercept_away',
  /** Its session is there again. */
  'intercept_back',
  /** It ends soon unless it is renewed. */
  'intercept_expiring',
  /** It is over; `reason` is an `EndReason`. */
  'intercept_ended',
  /** One was asked for and refused; `reason` is the code of the failure. */
  'intercept_refused',
  /** An agent is connected. */
  'session_opened',
  /** An agent left or was lost; `reason` is `goodbye` or `lost`. */
  'session_closed',
  /** The reader was not told of everything: older events are gone, or the manager is another one since. It has no `id`. */
  'events_missed',
] as const;

/** What happened. */
export type EventType = (typeof eventTypes)[number];

/** Something that happened at a manager. Never a header's value, a body or a query. */
export interface ManagerEvent {
  /** Where to go on reading. Opaque; empty for `events_missed`. */
  readonly id: string;
  readonly at: Date;
  readonly type: EventType;
  /** Whom it is about; empty for `events_missed`. */
  readonly owner: string;
  readonly intercept?: InterceptId | undefined;
  readonly service?: ServiceName | undefined;
  readonly key?: RoutingKey | undefined;
  /** Why, as a word for programs. */
  readonly reason?: string | undefined;
  /** What happened, in one sentence for people. */
  readonly message: string;
}
