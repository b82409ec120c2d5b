import { parseArgs } from 'node:util';

/** What `pnpm fuzz` is asked for. */
export type FuzzOptions =
  | { readonly t: 'help' }
  | { readonly t: 'run'; readonly seconds: number; readonly seed: number }
  /** Runs the case of one file. */
  | { readonly t: 'replay'; readonly file: string };

/** The text of `--help`. */
export const usage = `Usage: pnpm fuzz [--seconds N] [--seed S] [--replay FILE]

Sends changed HTTP/1.1 through the framer and the router, and asks independent readers what became of it; and HTTP/2 to the
tunnel, which has to end what the RFC says. Exit code 1: they disagree; the case stands, made smaller, in fuzz-findings/.

  --seconds N    how long (default 60)
  --seed S       where to begin (default: by the clock); the same seed draws the same cases
  --replay FILE  runs the case of one file again`;

/** Reads the arguments of `pnpm fuzz`; `now` chooses the seed where none is given. Throws where they make no sense. */
export function parseOptions(args: readonly string[], now: number): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return { t: 'help' };
  if (values.replay !== undefined) return { t: 'replay', file: values.replay };
  return {
    t: 'run',
    seconds: toNumber('--seconds', values.seconds ?? '60'),
    seed: toNumber('--seed', values.seed ?? String(now % 2 ** 31)),
  };
}

function toNumber(name: string, text: string): number {
  if (!/^[0-9]{1,10}$/.test(text)) throw new RangeError(`${name} is no whole number: ${text}`);
  return Number(text);
}
