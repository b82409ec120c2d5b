import { cliLimits } from '../limits.ts';

/** As `Promise.all` of `work` for each item, but only some at a time. Rejects with the first failure; what is under way comes to its end. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += cliLimits.adminWrites.value) {
    results.push(...(await Promise.all(items.slice(start, start + cliLimits.adminWrites.value).map(work))));
  }
  return results;
}
