import type { CountReading, Metrics } from '@switchyard/contract';
import type { RouteCount } from '@switchyard/route';

/** Where an exchange went. Closed. */
export type Side = 'baseline' | 'passing' | 'routed' | 'fell_back' | 'refused' | 'failed';

const sides: readonly Side[] = ['baseline', 'passing', 'routed', 'fell_back', 'refused', 'failed'];

/** What happens to connections. Closed. */
export type ConnectionCount =
  | 'http1'
  | 'http2_passed'
  | 'tcp_passed'
  | 'stale_replayed'
  | 'stale_closed'
  | 'over_limit'
  | 'untrusted_refused';

const connectionCounts: readonly ConnectionCount[] = [
  'http1',
  'http2_passed',
  'tcp_passed',
  'stale_replayed',
  'stale_closed',
  'over_limit',
  'untrusted_refused',
];

const routeCounts: readonly RouteCount[] = ['keys_differ', 'baggage_full', 'key_stripped'];

/** Plain integers, so that counting costs one addition on the hot path; metrics read them on scrape. */
export class Counts {
  readonly exchanges: Record<Side, number> = zeroes(sides);
  readonly connections: Record<ConnectionCount, number> = zeroes(connectionCounts);
  readonly routes: Record<RouteCount, number> = zeroes(routeCounts);
  openConnections = 0;

  /** Registers what is counted here. */
  register(metrics: Metrics): void {
    metrics.totals({ name: 'switchyard_exchanges_total', help: 'Requests by where they went.', labels: ['side'] }, () =>
      readings('side', this.exchanges),
    );
    metrics.totals(
      { name: 'switchyard_connection_events_total', help: 'Client connections by what became of them.', labels: ['event'] },
      () => readings('event', this.connections),
    );
    metrics.totals({ name: 'switchyard_route_events_total', help: 'Oddities of routing keys.', labels: ['event'] }, () =>
      readings('event', this.routes),
    );
    metrics.gauge({ name: 'switchyard_open_connections', help: 'Client connections that are open now.' }, () => this.openConnections);
  }
}

function zeroes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = 0;
  return counts as Record<Name, number>;
}

function readings<Label extends string, Name extends string>(label: Label, counts: Record<Name, number>): CountReading<Label>[] {
  return Object.entries<number>(counts).map(([name, total]) => ({ labels: { [label]: name } as Record<Label, string>, total }));
}
