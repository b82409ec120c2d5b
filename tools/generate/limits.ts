import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Limit, LimitTable } from '@switchyard/contract';
import { generatedNote, type Generator } from './generated-file.ts';

function isLimitTable(value: unknown): value is LimitTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((row) => typeof row === 'object' && row !== null && 'value' in row && 'unit' in row && 'about' in row)
  );
}

const sizes = [
  { unit: 'GiB', value: 1024 ** 3 },
  { unit: 'MiB', value: 1024 ** 2 },
  { unit: 'KiB', value: 1024 },
];
const times = [
  { unit: 'h', value: 3_600_000 },
  { unit: 'min', value: 60_000 },
  { unit: 's', value: 1_000 },
];

/** A limit for people, exact: `64 KiB`, `1,500 ms`. */
function toText({ value, unit }: Limit): string {
  if (unit === 'count') return value.toLocaleString('en');
  const larger = (unit === 'bytes' ? sizes : times).find((step) => value >= step.value && value % step.value === 0);
  return larger === undefined ? `${value.toLocaleString('en')} ${unit}` : `${(value / larger.value).toLocaleString('en')} ${larger.unit}`;
}

function toSection(name: string, table: LimitTable): string {
  const rows = Object.entries(table).map(([limit, row]) => `| \`${limit}\` | ${toText(row)} | ${row.about} |`);
  return [`## ${name}`, '', '| limit | default | what happens |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** `LIMITS.md`, from every table that a `packages/NAME/src/limits.ts` exports. */
export const generateLimits: Generator = async (root) => {
  const sections: string[] = [];
  const paths: string[] = [];
  for await (const path of glob('packages/*/src/limits.ts', { cwd: root })) paths.push(path);
  for (const path of paths.toSorted()) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(root, path)).href);
    const name = path.split(/[\\/]/)[1] ?? path;
    sections.push(
      ...Object.values(exported)
        .filter(isLimitTable)
        .map((table) => toSection(name, table)),
    );
  }
  const intro =
    'Every bound that protects memory or time, by the package that enforces it. A buffer or a wait that is not here is a mistake: please report it.';
  return [{ path: 'LIMITS.md', text: ['# Limits', '', generatedNote('packages/*/src/limits.ts'), '', intro, '', ...sections].join('\n') }];
};
