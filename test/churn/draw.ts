import type { Random } from '@switchyard/testkit';

/** What is done next. */
export type Deed = 'open' | 'renew' | 'cut' | 'goodbye' | 'crash' | 'remove' | 'steal';

const weights: readonly (readonly [Deed, number])[] = [
  ['renew', 40],
  ['cut', 15],
  ['goodbye', 20],
  ['crash', 10],
  ['remove', 10],
  ['steal', 5],
];

/** Draws what is done to the sessions; opens one where some are missing. */
export function drawDeed(random: Random, isMissing: boolean): Deed {
  if (isMissing) return 'open';
  let left = random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'renew';
}

/** Any of them; undefined where there is none. */
export function pick<T>(random: Random, all: readonly T[]): T | undefined {
  return all[Math.floor(random() * all.length)];
}

/** `count` different ones. */
export function pickSome<T>(random: Random, all: readonly T[], count: number): readonly T[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}
