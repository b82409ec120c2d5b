import { toLabel, type Row } from './contender.ts';
import type { Estimate } from './statistics.ts';

/** One bar. */
interface Bar extends Estimate {
  readonly label: string;
  /** Whether it is ours: drawn in another colour. */
  readonly isOurs: boolean;
}

/** The bar of a row. */
export function toBar(row: Row, figure: Estimate): Bar {
  return { label: toLabel(row), isOurs: row.contender.startsWith('Switchyard'), ...figure };
}

/** What a chart says about itself. */
export interface ChartText {
  readonly title: string;
  readonly unit: string;
  /** Decimals of the figures. */
  readonly decimals: number;
}

const width = 760;
const left = 230;
const right = 70;
const rowHeight = 24;
const top = 44;

/** A horizontal bar chart with an interval on each bar, as SVG that is readable on light and on dark pages. */
export function toBarChart({ title, unit, decimals }: ChartText, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ high }) => high));
  const scale = (value: number): number => (value / most) * (width - left - right);
  const height = top + bars.length * rowHeight + 12;
  const drawn = bars.map((bar, index) => {
    const y = top + index * rowHeight;
    const middle = y + rowHeight / 2 - 2;
    const [low, high] = [left + scale(bar.low), left + scale(bar.high)].map((x) => x.toFixed(1));
    return [
      `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escape(bar.label)}</text>`,
      `<rect x="${left}" y="${y}" width="${scale(bar.median).toFixed(1)}" height="${rowHeight - 6}" fill="${bar.isOurs ? '#2f7de1' : '#9aa3ad'}"/>`,
      `<path d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8" stroke="#444" fill="none"/>`,
      `<text x="${(left + scale(bar.high) + 6).toFixed(1)}" y="${middle + 4}">${bar.median.toFixed(decimals)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>`,
    `<g fill="#1c2126"><text x="12" y="22" font-size="15" font-weight="600">${escape(title)}</text>`,
    `<text x="${width - 12}" y="22" text-anchor="end" fill="#5b6570">${escape(unit)}</text>`,
    ...drawn,
    '</g></svg>\n',
  ].join('\n');
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
