import type { Metrics } from '@switchyard/contract';
import { Counter, Gauge, Registry } from 'prom-client';

/** Metrics that can be shown to a scraper. */
export interface RenderedMetrics extends Metrics {
  /** All metrics in the Prometheus text format; reads the gauges. */
  render(): Promise<string>;
  /** The `Content-Type` of what `render` returns. */
  readonly contentType: string;
}

/** Metrics in a registry of their own. A name can be registered once only: twice throws. */
export function createMetrics(): RenderedMetrics {
  const registry = new Registry();
  return {
    totals: ({ name, help, labels = [] }, read) => {
      new Counter({
        name,
        help,
        labelNames: labels,
        registers: [registry],
        collect() {
          this.reset();
          for (const reading of read()) this.inc(reading.labels, reading.total);
        },
      });
    },
    counter: ({ name, help, labels = [] }) => {
      const counter = new Counter({ name, help, labelNames: labels, registers: [registry] });
      return { add: (amount, values) => (values === undefined ? counter.inc(amount) : counter.inc(values, amount)) };
    },
    gauge: ({ name, help }, read) => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
