import { reference, type Row } from './contender.ts';
import type { Sample } from './measure.ts';

/** A row of the result. */
export interface SummaryLine {
  readonly contender: string;
  readonly kind: string;
  readonly cpuMicrosPerRequest: { readonly median: number; readonly least: number; readonly most: number };
  /** Median over the rounds of this row's CPU time by the reference's in the same round; undefined without a reference. */
  readonly ratio: number | undefined;
  readonly requestsPerSecond: number;
  readonly samples: readonly Sample[];
}

/** Medians and ratios, in the order of `samples`. */
export function summarize(samples: ReadonlyMap<Row, readonly Sample[]>): readonly SummaryLine[] {
  const base = samples.get(reference);
  return [...samples].map(([{ contender, kind }, own]) => {
    const costs = own.map((sample) => sample.cpuMicrosPerRequest);
    const ratios = own.flatMap(({ cpuMicrosPerRequest }, round) => {
      const against = base?.[round]?.cpuMicrosPerRequest;
      return against === undefined ? [] : [cpuMicrosPerRequest / against];
    });
    return {
      contender,
      kind,
      cpuMicrosPerRequest: { median: median(costs), least: Math.min(...costs), most: Math.max(...costs) },
      ratio: ratios.length === 0 ? undefined : median(ratios),
      requestsPerSecond: median(own.map((sample) => sample.requestsPerSecond)),
      samples: own,
    };
  });
}

/** The middle value; of an even number of values the mean of the two middle ones. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN;
  return (low + high) / 2;
}

/** The lines as a Markdown table, which is also readable on a terminal. */
export function toTable(lines: readonly SummaryLine[]): string {
  const header = ['proxy', 'requests', 'CPU µs per request', 'least – most', '× HAProxy', 'requests/s'];
  const body = lines.map(({ contender, kind, cpuMicrosPerRequest: cost, ratio, requestsPerSecond }) => [
    contender,
    kind,
    cost.median.toFixed(1),
    `${cost.least.toFixed(1)} – ${cost.most.toFixed(1)}`,
    ratio === undefined ? '–' : ratio.toFixed(2),
    Math.round(requestsPerSecond).toLocaleString('en'),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)));
  const isText = (column: number): boolean => column < 2;
  const toLine = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (isText(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [toLine(header), rule, ...body.map(toLine)].join('\n');
}
