/** A value at a time, under a load. */
export interface LoadedPoint {
  readonly at: number;
  readonly load: number;
  readonly value: number;
}

/** What a value is made of beside what it begins with. */
export interface Growth {
  /** By how much it grows per unit of time, whatever the load does. */
  readonly perTime: number;
  readonly perLoad: number;
}

/**
 * By how much a value grows with time, and by how much with its load: least squares over several series that begin with a value of their
 * own each. Where load and time go together, or the load stands still, all growth counts as that of time. Undefined where no series has two
 * times.
 */
export function toGrowthBesideLoad(series: readonly (readonly LoadedPoint[])[]): Growth | undefined {
  const parts = series.flatMap((points) => {
    const center = {
      at: mean(points.map(({ at }) => at)),
      load: mean(points.map(({ load }) => load)),
      value: mean(points.map(({ value }) => value)),
    };
    return points.map(({ at, load, value }) => ({ at: at - center.at, load: load - center.load, value: value - center.value }));
  });
  const sum = (term: (part: LoadedPoint) => number): number => parts.reduce((total, part) => total + term(part), 0);
  const [times, loads, both] = [sum(({ at }) => at * at), sum(({ load }) => load * load), sum(({ at, load }) => at * load)];
  const [atValue, loadValue] = [sum(({ at, value }) => at * value), sum(({ load, value }) => load * value)];
  if (times === 0) return undefined;
  const apart = times * loads - both * both;
  if (apart <= leastApart * times * loads) return { perTime: atValue / times, perLoad: 0 };
  return { perTime: (atValue * loads - loadValue * both) / apart, perLoad: (loadValue * times - atValue * both) / apart };
}

/** Load and time are told apart where they share less than 99 % of their variance. */
const leastApart = 0.01;

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
