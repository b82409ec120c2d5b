import type { ManagerSample } from './gauges.ts';
import { mean, toGrowthBesideLoad } from './trend.ts';

/** How the memory went that managers need in fact. */
export interface LiveMemory {
  readonly meanMb: number;
  readonly kbPerSession: number;
  /** Whatever the number of sessions did. */
  readonly mbPerMinute: number;
}

type Sample = Pick<ManagerSample, 'pod' | 'at' | 'liveMb' | 'sessions'>;

/** A manager that starts loads code and learns what it runs often: not looked at, seconds. */
const warmUpSeconds = 60;
/** A manager of which less was seen shows no trend. */
const leastSamples = 4;

/** What the samples say of all managers that lived on after their first minute; undefined where none was looked at often enough. */
export function toLiveMemory(samples: readonly Sample[]): LiveMemory | undefined {
  const series = [...Map.groupBy(samples, ({ pod }) => pod).values()]
    .map((seen) => {
      const startedAt = Math.min(...seen.map(({ at }) => at));
      return seen.flatMap(({ at, sessions, liveMb }) =>
        liveMb === undefined || at < startedAt + warmUpSeconds ? [] : [{ at: at / 60, load: sessions, value: liveMb }],
      );
    })
    .filter(({ length }) => length >= leastSamples);
  const growth = toGrowthBesideLoad(series);
  if (growth === undefined) return undefined;
  return {
    meanMb: mean(series.flat().map(({ value }) => value)),
    kbPerSession: growth.perLoad * 1_024,
    mbPerMinute: growth.perTime,
  };
}
