import type { InterceptId, Match, RoutingKey, ServiceName, Target, WhenAway } from '@switchyard/contract';

/** One intercept as the data plane sees it: requests to `port` of `service` with `key` that show `match` go to `target`. */
export interface Rule {
  readonly id: InterceptId;
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  /** Undefined: requests without a live key, and `match` alone decides. */
  readonly key: RoutingKey | undefined;
  /** As `checkMatch` returned it. Empty: nothing more is asked. */
  readonly match: Match;
  readonly owner: string;
  /**
   * Epoch milliseconds: of two rules for the same service, port and key, and of two equally specific ones without a key, the older one
   * counts.
   */
  readonly createdAt: number;
  readonly whenAway: WhenAway;
  readonly target: Target;
}
