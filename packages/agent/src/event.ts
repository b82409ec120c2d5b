import type { EndReason, InterceptError, InterceptInfo } from '@switchyard/contract';

/** What an agent tells its program. */
export type AgentEvent =
  /** The session is up and every intercept is registered; `awayMs` is how long it was lost, undefined the first time. */
  | { readonly t: 'connected'; readonly awayMs: number | undefined }
  /** The session was lost; the agent tries to come back until it says `connected` or `closed`. */
  | { readonly t: 'reconnecting'; readonly error: InterceptError }
  /** The manager is about to stop; `moved` follows when there is another one, else the session is lost with it. */
  | { readonly t: 'draining' }
  /** The session went over to another manager, without a gap. */
  | { readonly t: 'moved' }
  /** An intercept is over; the session and its other intercepts go on. `message`: what the manager says of it, one sentence. */
  | {
      readonly t: 'intercept_ended';
      readonly intercept: InterceptInfo;
      readonly reason: EndReason;
      readonly message?: string | undefined;
    }
  /** It ends at `expiresAt` unless it is renewed; with a `message`, which says why it ends, though it be renewed. */
  | {
      readonly t: 'expiry_warning';
      readonly intercept: InterceptInfo;
      readonly expiresAt: Date;
      readonly message?: string | undefined;
    }
  /** Its owner renewed it elsewhere; `intercept.closing` may end it before. */
  | { readonly t: 'intercept_renewed'; readonly intercept: InterceptInfo; readonly expiresAt: Date }
  /** What keeps its requests from it (`intercept.waiting`) is another thing than was said last, or nothing. */
  | { readonly t: 'intercept_changed'; readonly intercept: InterceptInfo }
  /** A connection could not be delivered to the local process. */
  | { readonly t: 'delivery_failed'; readonly intercept: InterceptInfo; readonly error: InterceptError }
  /** The last event: `error` says why when nobody asked for it. */
  | { readonly t: 'closed'; readonly error: InterceptError | undefined };

/** Receives an agent's events, in order. */
export type AgentEventHandler = (event: AgentEvent) => void;
