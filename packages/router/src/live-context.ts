import type { Clock, Dialer, Log, ServiceName } from '@switchyard/contract';
import type { Counts } from './counts.ts';
import type { Baseline } from './baseline.ts';
import type { RouterLimits } from './limits.ts';
import type { PortContext, Routing } from './port-context.ts';
import type { RoutedPort } from './routed-port.ts';
import { TargetUse } from './target-use.ts';
import type { UsageBook } from './usage-book.ts';

/** What all ports of a router share. */
export interface Common {
  readonly clock: Clock;
  readonly log: Log;
  readonly dialer: Dialer;
  readonly limits: RouterLimits;
  readonly counts: Counts;
  readonly usage: UsageBook;
  readonly coarseNow: number;
  nextRequestId(): string;
}

/** The context of one port. The connections read it; who serves the port changes it. */
export class LiveContext implements PortContext {
  readonly service: ServiceName;
  readonly port: string;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Counts;
  readonly dialer: Dialer;
  readonly targetUse: TargetUse;
  readonly usage: UsageBook;
  baseline: Baseline;
  routing: Routing;
  draining = false;
  readonly #common: Common;

  constructor(common: Common, { service, port, baseline }: RoutedPort, routing: Routing) {
    this.service = service;
    this.port = port;
    this.limits = common.limits;
    this.clock = common.clock;
    this.log = common.log.with({ service, port });
    this.counts = common.counts;
    this.dialer = common.dialer;
    this.targetUse = new TargetUse(common.limits.connectionsPerIntercept);
    this.usage = common.usage;
    this.baseline = baseline;
    this.routing = routing;
    this.#common = common;
  }

  get coarseNow(): number {
    return this.#common.coarseNow;
  }

  nextRequestId(): string {
    return this.#common.nextRequestId();
  }
}
