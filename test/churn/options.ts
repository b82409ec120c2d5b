import { parseArgs } from 'node:util';

/** What `pnpm test:churn` is asked for. */
export interface ChurnOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly users: number;
  readonly services: number;
  /** Sessions that are open at a time. */
  readonly sessions: number;
  /** Requests and deeds per second. */
  readonly requestsPerSecond: number;
  readonly deedsPerSecond: number;
  /** Where the report goes: this path with `.md` and with `.json`. */
  readonly report: string;
}

/** The text of `--help`. */
export const usage = `Usage: pnpm test:churn [--minutes N] [--seed S] [--report PATH] [--users N] [--services N] [--sessions N] [--requests N] [--deeds N]

Many users create, renew, lose and end intercepts of a namespace while its managers are replaced, on the cluster of KUBECONFIG, else the
test cluster; every request is checked. Exit code 1: something was answered by the wrong side, failed, was left behind or grew.

  --minutes N    how long (default 20)
  --seed S       what is done when (default: by the clock)
  --report PATH  writes PATH.md and PATH.json (default churn-report)
  --users N      default 50
  --services N   default 20
  --sessions N   open at a time, in this one process (default 200)
  --requests N   per second (default 50)
  --deeds N      creations, renewals, cuts, deaths per second (default 2.5)`;

/** Reads the arguments; `now` chooses the seed where none is given. Throws where they make no sense. */
export function parseOptions(args: readonly string[], now: number): ChurnOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      seed: text,
      report: text,
      users: text,
      services: text,
      sessions: text,
      requests: text,
      deeds: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  return {
    minutes: toNumber('minutes', values.minutes ?? '20', 24 * 60),
    seed: toNumber('seed', values.seed ?? String(now % 2 ** 31), 2 ** 31),
    users: toNumber('users', values.users ?? '50', 1_000),
    services: toNumber('services', values.services ?? '20', 100),
    sessions: toNumber('sessions', values.sessions ?? '200', 1_000),
    requestsPerSecond: toNumber('requests', values.requests ?? '50', 10_000),
    deedsPerSecond: toNumber('deeds', values.deeds ?? '2.5', 100),
    report: values.report ?? 'churn-report',
  };
}

function toNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text !== '' && value > 0 && value <= most) return value;
  throw new RangeError(`--${name} is no number above 0 and up to ${most}: ${text}`);
}
