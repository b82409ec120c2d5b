import type { InterceptId, RoutingKey, ServiceName, Target, WhenAway } from '@switchyard/contract';

/** One intercept as the data plane sees it: requests with `key` to `port` of `service` go to `target`. */
export interface Rule {
  readonly id: InterceptId;
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly key: RoutingKey;
  readonly owner: string;
  /** Epoch milliseconds: of two rules for the same service, port and key the older one counts. */
  readonly createdAt: number;
  readonly whenAway: WhenAway;
  readonly target: Target;
}
