import type { LoadResult, Toolbox } from './toolbox.ts';

/** What callers saw for as long as something happened. */
export interface LoadSummary {
  readonly plain: LoadResult;
  readonly keyed: LoadResult;
}

/** Callers of a service that go on until they are stopped. */
export interface ConstantLoad {
  /** Resolves when the last answer is there. */
  stop(): Promise<LoadSummary>;
}

/**
 * Callers of `service` as they are everywhere: over connections that they keep and over a new one for each request, without a key and with
 * `key`. Every answer is checked for who gave it. Resolves when each got its first one.
 */
export async function startLoad({ load }: Toolbox, service: string, key: string): Promise<ConstantLoad> {
  const plan = { url: `http://${service}/`, requests: 1, goesOn: true, callers: 2, pauseMs: 20 };
  const loads = [null, key].flatMap((each) => [true, false].map((keepAlive) => load({ ...plan, keepAlive, keys: [each] })));
  await Promise.all(loads.map(({ begun }) => begun));
  return {
    async stop() {
      for (const each of loads) each.stop();
      const reports = await Promise.all(loads.map(({ report }) => report));
      return { plain: add(reports.slice(0, 2)), keyed: add(reports.slice(2)) };
    },
  };
}

/** Several loads as one; of their silences the longest counts. */
export function add(reports: readonly LoadResult[]): LoadResult {
  return reports.reduce((one, other) => ({
    requests: one.requests + other.requests,
    misrouted: one.misrouted + other.misrouted,
    failed: one.failed + other.failed,
    connections: one.connections + other.connections,
    answers: addCounts(one.answers, other.answers),
    longestMs: Math.max(one.longestMs, other.longestMs),
    silenceMs: Math.max(one.silenceMs, other.silenceMs),
    failedBy: addCounts(one.failedBy, other.failedBy),
    failures: [...one.failures, ...other.failures],
  }));
}

function addCounts(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries([...Object.keys(one), ...Object.keys(other)].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

/** The figures of a load, for `evidence`. */
export function toFacts({ plain, keyed }: LoadSummary): Readonly<Record<string, number>> {
  return {
    'requests without a key': plain.requests,
    failed: plain.failed,
    'longest (ms)': plain.longestMs,
    'requests with the key': keyed.requests,
    'of these failed': keyed.failed,
    'of these the longest (ms)': keyed.longestMs,
    misrouted: plain.misrouted + keyed.misrouted,
  };
}
