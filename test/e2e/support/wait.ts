import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until `probe` answers something else than undefined; throws after `timeoutMs` with what was waited for and the last failure. */
export async function eventually<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: last });
    await sleep(50);
  }
}
