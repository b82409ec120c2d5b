/** What several rounds say about one figure. */
export interface Estimate {
  readonly median: number;
  /** The interval that holds the true median with at least 95 % confidence; of fewer than six values the least and the greatest. */
  readonly low: number;
  readonly high: number;
}

/** The middle value; of an even number of values the mean of the two middle ones. NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values.toSorted(ascending), 50);
}

/** The value at `percent` of `sorted`, between its neighbours where it falls between two. NaN of none. */
export function percentile(sorted: readonly number[], percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/**
 * Median and interval of independent measurements. The interval is one of order statistics: it takes nothing for granted about how they are
 * spread. Of ten values it goes from the second to the ninth.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted(ascending);
  const outside = countOutside(sorted.length);
  return {
    median: percentile(sorted, 50),
    low: sorted[outside] ?? Number.NaN,
    high: sorted[sorted.length - 1 - outside] ?? Number.NaN,
  };
}

/** How many of `count` sorted values lie outside of the interval at each end: each value is below the true median as a coin falls. */
function countOutside(count: number): number {
  let outside = 0;
  let binomial = 0.5 ** count;
  // The chance that the true median lies beyond the value next inwards.
  let beyond = binomial + binomial * count;
  while (beyond <= 0.025) {
    outside += 1;
    binomial *= (count - outside + 1) / outside;
    beyond += (binomial * (count - outside)) / (outside + 1);
  }
  return outside;
}

function ascending(left: number, right: number): number {
  return left - right;
}
