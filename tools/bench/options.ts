import { parseArgs } from 'node:util';
import { rows, type Row } from './contender.ts';

/** What a person may choose. */
export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Whether requests carry the header fields that a browser sends (about 600 bytes) besides wrk's own. */
  readonly browserHeaders: boolean;
  readonly rows: readonly Row[];
  /** Save the result to docs/. */
  readonly write: boolean;
  /** Folder for CPU profiles of the programs of this repository; figures taken with it are slower. */
  readonly profileFolder: string | undefined;
}

export const usage = `Usage: pnpm bench [--rounds N] [--seconds N] [--connections N] [--browser-headers] [--only TEXT]... [--write] [--profile FOLDER]

  --rounds N          measurements of each row (default 5)
  --seconds N         length of one measurement (default 4)
  --connections N     kept-alive connections (default 32)
  --browser-headers   requests with the header fields of a browser, about 600 bytes
  --only TEXT         only rows whose "proxy, requests" holds TEXT, in any case; HAProxy is needed for ratios
  --write             save the result to docs/benchmark.md and docs/benchmark.json
  --profile FOLDER    CPU profiles of our programs in FOLDER, and where they spent their time
`;

/** Throws on an unknown option or a bad number. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '32' },
      'browser-headers': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    rounds: parseCount('rounds', values.rounds, 100),
    seconds: parseCount('seconds', values.seconds, 60),
    connections: parseCount('connections', values.connections, 1_000),
    browserHeaders: values['browser-headers'],
    rows: chooseRows(values.only),
    write: values.write,
    profileFolder: values.profile,
  };
}

function parseCount(name: string, text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new Error(`--${name} must be a whole number from 1 to ${most}, not "${text}".`);
  return count;
}

function chooseRows(parts: readonly string[]): readonly Row[] {
  if (parts.length === 0) return rows;
  const chosen = rows.filter(({ contender, kind }) =>
    parts.some((part) => `${contender}, ${kind}`.toLowerCase().includes(part.toLowerCase())),
  );
  if (chosen.length === 0)
    throw new Error(
      `--only ${parts.join(' --only ')} chooses nothing; there is ${rows.map((row) => `"${row.contender}, ${row.kind}"`).join(', ')}.`,
    );
  return chosen;
}
