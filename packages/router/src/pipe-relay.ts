import { toLimitValues, type Clock, type Dialer, type Log, type Pipe } from '@switchyard/contract';
import type { Snapshot } from '@switchyard/route';
import { Counts } from './counts.ts';
import { Http1Connection } from './http1/connection.ts';
import { routerLimits } from './limits.ts';
import { LiveContext } from './live-context.ts';
import { LiveRouting } from './live-routing.ts';
import type { RoutedPort } from './routed-port.ts';
import { UsageBook } from './usage-book.ts';

/** What a relay of pipes works with. */
export interface PipeRelayDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Opens connections to the baseline and to targets. */
  readonly dialer: Dialer;
}

/** Takes a client connection that speaks HTTP/1.1 over; it calls `onClosed` once, when everything is closed. */
export type PipeRelay = (client: Pipe, onClosed: () => void) => void;

/**
 * The relay of one port without the port: clients come as pipes, wherever they were accepted. For the fuzzer (`test/fuzz`): it
 * listens nowhere, detects nothing, and enforces no deadline.
 */
export function createPipeRelay({ clock, log, dialer }: PipeRelayDeps, port: RoutedPort, snapshot: Snapshot): PipeRelay {
  const routing = new LiveRouting();
  routing.update(snapshot);
  let replies = 0;
  const limits = toLimitValues(routerLimits);
  const common = {
    clock,
    log,
    dialer,
    limits,
    counts: new Counts(),
    usage: new UsageBook(limits.usedIntercepts),
    coarseNow: clock.now(),
    nextRequestId: () => `${++replies}`,
  };
  const context = new LiveContext(common, port, routing.of(port));
  const { baseline } = port;
  if (typeof baseline === 'function') throw new TypeError('A client without an address has no baseline that depends on it.');
  const dialBaseline = (signal: AbortSignal): Promise<Pipe> => dialer.dial({ t: 'baseline', ...baseline }, signal);
  return (client, onClosed) => {
    new Http1Connection({ pipe: client, dialBaseline, address: () => '' }, context, onClosed).start(Buffer.alloc(0), undefined, false);
  };
}
