import type { Clock, Dialer, Log, ServiceName } from '@switchyard/contract';
import type { FieldNames } from '@switchyard/http1';
import type { PortTable } from '@switchyard/route';
import type { Counts } from './counts.ts';
import type { Baseline } from './baseline.ts';
import type { RouterLimits } from './limits.ts';
import type { TargetUse } from './target-use.ts';
import type { UsageBook } from './usage-book.ts';

/** The routing that is in force: swapped as a whole when a snapshot comes. */
export interface Routing {
  readonly table: PortTable;
  /** Lower-case names of the fields that may carry a key, of the one that counts hops, and of those that tell of the client: no caller may hide them from the next hop. */
  readonly routingNames: ReadonlySet<string>;
  /** The same, and those of framing: what may not come as a trailer. */
  readonly trailerNames: FieldNames;
  /** These, and those that the port's rules look at, as the framer wants them. The same object while they are the same. */
  readonly fieldNames: FieldNames;
  /** What the answer to a routed request varies by. */
  readonly vary: string;
}

/** What the connections of one port share. */
export interface PortContext {
  readonly service: ServiceName;
  readonly port: string;
  /** Where the baseline is from now on; connections to it that are open stay. */
  readonly baseline: Baseline;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Counts;
  readonly dialer: Dialer;
  readonly routing: Routing;
  readonly targetUse: TargetUse;
  /** What passes through intercepts, on all ports of the router. */
  readonly usage: UsageBook;
  /** No further requests are wanted: answers announce the end of their connection. */
  readonly draining: boolean;
  /** `Clock.now()` as of the last sweep, about a second ago at most: precise enough for idle times and free to read. */
  readonly coarseNow: number;
  /** An id for a response that the router makes itself. */
  nextRequestId(): string;
}
