import { InterceptError } from '@switchyard/contract';
import type { ExchangeQueue } from './exchange-queue.ts';
import type { Upstream } from './upstream.ts';

/** What to do when a target ended or lost its connection. */
export type LossPlan =
  /** Nothing depended on it. */
  | { readonly t: 'forget' }
  /** The client connection ends, in order: what its server did, it sees. */
  | { readonly t: 'finish' }
  /** The end of the connection was the end of the response. */
  | { readonly t: 'complete' }
  /** A part of the response went out: abort, as no honest answer is left. */
  | { readonly t: 'abort' }
  /** The connection was stale: the unanswered heads go out once more, on a fresh one to the same target. */
  | { readonly t: 'replay' }
  /** As `finish`, but requests were lost with it. */
  | { readonly t: 'close-unanswered' }
  | { readonly t: 'reply'; readonly error: InterceptError };

/** What the plan depends on. */
export interface Loss {
  readonly upstream: Upstream;
  /** The exchanges that are outstanding, in order; all of them belong to `upstream` when `isActive`. */
  readonly exchanges: ExchangeQueue;
  /** The newest request went to `upstream`. */
  readonly isActive: boolean;
  readonly error: InterceptError | undefined;
  /** On the coarse clock. */
  readonly now: number;
  /** How long after a request its connection may have died of the idle time before it, as seen from here. */
  readonly staleMs: number;
}

/**
 * Plans what a client sees of a lost target connection. For the baseline: what it would have seen without us, except that a
 * connection that died idle under a harmless request does not cost the client an error. For a developer's target: the same, since the
 * client's own connection says nothing of that one, and otherwise a clear answer, as long as one can be given.
 */
export function planLoss(loss: Loss): LossPlan {
  const { upstream, exchanges, isActive, error } = loss;
  const front = exchanges.first;
  if (front === undefined) return upstream.isKeyed ? { t: 'forget' } : { t: 'finish' };
  if (!isActive) return { t: 'forget' };
  if (front.responseDone) return { t: 'finish' };
  if (front.responseStarted) return error === undefined && upstream.reader.endsWithConnection ? { t: 'complete' } : { t: 'abort' };
  const isReplayable = isStale(loss) && [...exchanges].every((exchange) => exchange.requestDone && exchange.replayable !== undefined);
  if (isReplayable) return { t: 'replay' };
  return upstream.isKeyed ? { t: 'reply', error: error ?? closedUnanswered(upstream) } : { t: 'close-unanswered' };
}

/**
 * Whether the connection probably died of the idle time before these requests, not of them: it had answered others, its last answer
 * was not later than the first of them by the coarse clock, and that was a moment ago. Never a second time for the same request, and not when
 * it was the way to the target that broke: nothing says how far it had come.
 */
function isStale({ upstream, exchanges, error, now, staleMs }: Loss): boolean {
  const front = exchanges.first;
  if (front === undefined || front.replayed || !upstream.answered) return false;
  if (upstream.isKeyed && error !== undefined && error.code !== 'upstream_unreachable') return false;
  return upstream.idleSince <= front.sentAt && now - front.sentAt <= staleMs;
}

function closedUnanswered(upstream: Upstream): InterceptError {
  const place = upstream.target.t === 'tunnel' ? "The developer's process" : 'The target';
  return new InterceptError('upstream_unreachable', `${place} closed the connection without an answer.`);
}
