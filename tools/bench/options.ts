import { parseArgs } from 'node:util';
import { rows, type Row } from './contender.ts';
import type { Suite } from './suite.ts';
import { suites } from './suites.ts';
import { workloads, type Workload } from './workload.ts';

/** What a person may choose. */
export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly suites: readonly Suite[];
  readonly workloads: readonly Workload[];
  readonly rows: readonly Row[];
  /** Save the result to docs/. */
  readonly write: boolean;
  /** Folder for CPU profiles of the programs of this repository; figures taken with it are slower. */
  readonly profileFolder: string | undefined;
}

export const usage: string = `Usage: pnpm bench [--suite NAME]... [--only TEXT]... [--workload TEXT]... [--rounds N] [--seconds N] [--write] [--profile FOLDER]

  --suite NAME        only this one; without it all:
${suites.map(({ name, about }) => `                        ${name.padEnd(9)} ${about}`).join('\n')}
  --only TEXT         only rows whose "proxy, requests" holds TEXT, in any case; HAProxy is needed for ratios
  --workload TEXT     only requests whose "N B head, N KiB answer" holds TEXT
  --rounds N          measurements of each row, in turn (default 10)
  --seconds N         length of one measurement under load (default 1)
  --write             save the result to docs/benchmark.md and docs/benchmark/
  --profile FOLDER    CPU profiles of our programs in FOLDER, and where they spent their time
`;

/** Throws on an unknown option or a bad value. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      workload: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '1' },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    rounds: parseCount('rounds', values.rounds, 100),
    seconds: parseCount('seconds', values.seconds, 60),
    suites: choose({ option: 'suite', all: suites, nameOf: ({ name }) => name }, values.suite),
    rows: choose({ option: 'only', all: rows, nameOf: ({ contender, kind }) => `${contender}, ${kind}` }, values.only),
    workloads: choose({ option: 'workload', all: workloads, nameOf: ({ name }) => name }, values.workload),
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

/** What `parts` can choose from. */
interface Choice<Thing> {
  readonly option: string;
  readonly all: readonly Thing[];
  nameOf(thing: Thing): string;
}

function choose<Thing>({ option, all, nameOf }: Choice<Thing>, parts: readonly string[]): readonly Thing[] {
  if (parts.length === 0) return all;
  const chosen = all.filter((thing) => parts.some((part) => nameOf(thing).toLowerCase().includes(part.toLowerCase())));
  if (chosen.length === 0)
    throw new Error(
      `--${option} ${parts.join(` --${option} `)} chooses nothing; there is ${all.map((thing) => `"${nameOf(thing)}"`).join(', ')}.`,
    );
  return chosen;
}
