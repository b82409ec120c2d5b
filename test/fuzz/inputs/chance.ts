import type { Random } from '@switchyard/testkit';

/** A whole number from 0 to below `limit`. */
export function upTo(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

/** One of `all`. Throws where there is none. */
export function pick<T>(all: readonly T[], random: Random): T {
  const one = all[upTo(all.length, random)];
  if (one === undefined) throw new RangeError('There is nothing to pick from.');
  return one;
}
