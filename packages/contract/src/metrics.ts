/** A number that only grows. Labels come from closed sets: never a user, path, header or id. */
export interface Counter<Label extends string = never> {
  add(amount: number, labels?: Readonly<Record<Label, string>>): void;
}

/** A number that goes up and down; read only when somebody asks. */
export type GaugeReader = () => number;

/** What a metric is called and means; `name` follows the Prometheus conventions (`switchyard_..._total`). */
export interface MetricOptions<Label extends string = never> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** One value of a counter that is read on scrape. */
export interface CountReading<Label extends string = never> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly total: number;
}

/** Metrics, as a port. */
export interface Metrics {
  /** Registers a counter whose totals are read on scrape: for hot paths, where an event costs one integer addition. */
  totals<Label extends string = never>(options: MetricOptions<Label>, read: () => Iterable<CountReading<Label>>): void;
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  /** Registers a gauge that is read on scrape. */
  gauge(options: MetricOptions, read: GaugeReader): void;
}

/** Counts nothing: the default of libraries and tests. */
export const silentMetrics: Metrics = {
  totals: () => {},
  counter: () => ({ add: () => {} }),
  gauge: () => {},
};
