/** A value at a time. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** By how much the value grows per unit of time: least squares. 0 for fewer than two times. */
export function toSlope(points: readonly Point[]): number {
  const [at, value] = [mean(points.map((point) => point.at)), mean(points.map((point) => point.value))];
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0) / spread;
}

/** The mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value that `share` of all are below; 0 of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How much a counter that begins anew with each of its owners grew between two rounds of samples: owners that left or came count from 0. */
export function toGrowth(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  return [...after].reduce((sum, [owner, value]) => sum + value - (before.get(owner) ?? 0), 0);
}
