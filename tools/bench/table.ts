/** A column of a table. Numbers stand at the right. */
export interface Column<Line> {
  readonly title: string;
  readonly isText?: boolean;
  cell(line: Line): string;
}

/** `lines` as a Markdown table that can be read on a terminal too. */
export function toTable<Line>(columns: readonly Column<Line>[], lines: readonly Line[]): string {
  const cells = lines.map((line) => columns.map((column) => column.cell(line)));
  const widths = columns.map(({ title }, at) => Math.max(3, title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const pad = (text: string, at: number): string =>
    columns[at]?.isText === true ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  const toLine = (row: readonly string[]): string => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, at) => (columns[at]?.isText === true ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [toLine(columns.map(({ title }) => title)), `| ${rule.join(' | ')} |`, ...cells.map(toLine)].join('\n');
}
