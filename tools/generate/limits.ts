import type { Limit } from '@switchyard/contract';
import { readLimits, type PackageLimits } from '../limits/read-limits.ts';
import { generatedNote, type Generator } from './generated-file.ts';
import { readManagerSchema } from './manager-file.ts';

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

/** The field under `limits` of `manager.yaml` that sets a limit of the manager: `holdMs` is `hold` there. */
function toSetting(limit: string, settings: readonly string[]): string {
  const setting = settings.find((name) => name === limit || `${name}Ms` === limit);
  return setting === undefined ? '' : `, set by \`limits.${setting}\``;
}

function toSection({ name, tables }: PackageLimits, settings: readonly string[]): string {
  const rows = tables
    .flatMap((table) => Object.entries(table))
    .map(([limit, row]) => `| \`${limit}\` | ${toText(row)}${toSetting(limit, settings)} | ${row.about} |`);
  return [`## ${name}`, '', '| limit | value | what happens |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

const intro = [
  'Every bound that protects memory or time, by the package that enforces it. Each is reached by a test that names it (`[PACKAGE.LIMIT]` in its title;',
  '`pnpm check limits`). A buffer or a wait that is not here is a mistake: please report it.',
  '',
  'Where it says "set by", the value is a default, and `manager.yaml` can name another ([the fields](docs/reference/manager.md)).',
  'All others are fixed, but for options of commands that their text names.',
].join('\n');

/** `LIMITS.md`, from every table that a `packages/NAME/src/limits.ts` exports. */
export const generateLimits: Generator = async (root) => {
  const settings = Object.keys((await readManagerSchema(root)).properties?.['limits']?.properties ?? {});
  const sections = (await readLimits(root))
    .filter(({ tables }) => tables.length > 0)
    .map((own) => toSection(own, own.name === 'manager' ? settings : []));
  const text = ['# Limits', '', generatedNote('packages/*/src/limits.ts'), '', intro, '', ...sections];
  return [{ path: 'LIMITS.md', text: text.join('\n') }];
};
