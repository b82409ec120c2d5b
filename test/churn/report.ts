import type { ChurnResult } from './churn.ts';
import type { ManagerSample } from './gauges.ts';
import { toLiveMemory } from './memory.ts';
import type { ChurnOptions } from './options.ts';
import { quantile, toGrowth } from './trend.ts';

/** One thing that was promised, and what was seen. */
export interface Check {
  readonly what: string;
  readonly seen: string;
  readonly bound: string;
  readonly ok: boolean;
}

/** What a manager needs may grow by this much beside its sessions and is still called flat: not all garbage is found at once. */
const mostGrowthMbPerMinute = 1;
/** The calls of the last quarter may be this many times those of the quarter before. */
const mostCallsRatio = 1.25;
const mostRoutedMs = 2_000;

/** Judges the whole churn. */
export function check(result: ChurnResult): readonly Check[] {
  const { tally, remains, routedMs } = result;
  const sum = (part: string): number =>
    Object.entries(tally.counts).reduce((total, [name, count]) => total + (name.endsWith(part) ? count : 0), 0);
  const p95 = Math.round(quantile(routedMs, 0.95));
  const calls = toCalls(result);
  const atMost = (what: string, value: number, bound: number, unit = ''): Check => ({
    what,
    seen: `${Math.round(value * 100) / 100}${unit}`,
    bound: `at most ${bound}${unit}`,
    ok: value <= bound,
  });
  return [
    atMost('misrouted requests', sum(': misrouted'), 0),
    atMost('failed requests without a key', tally.counts['plain: failed'] ?? 0, 0),
    atMost('failed requests with a key', tally.counts['keyed: failed'] ?? 0, 0),
    atMost(
      'deeds that failed',
      Object.entries(tally.counts).reduce((total, [name, count]) => total + (name.startsWith('deed failed') ? count : 0), 0),
      0,
    ),
    atMost('things left behind', remains.length, 0),
    atMost('wish to routed, p95', p95, mostRoutedMs, ' ms'),
    checkMemory(result),
    atMost('calls to the API server per minute, last quarter to the one before', calls.ratio, mostCallsRatio),
  ];
}

/** Where no process could be seen, nothing is promised; where one was, its memory has to be known. */
function checkMemory({ samples }: ChurnResult): Check {
  const growth = toLiveMemory(samples)?.mbPerMinute;
  const isSeen = samples.some(({ residentMb }) => residentMb !== undefined);
  return {
    what: 'growth of a manager’s live memory, beside that of its sessions',
    seen: growth === undefined ? 'unknown' : `${growth.toFixed(2)} MB/min`,
    bound: `at most ${mostGrowthMbPerMinute} MB/min`,
    ok: growth === undefined ? !isSeen : growth <= mostGrowthMbPerMinute,
  };
}

/** The report for people. */
export function toMarkdown(options: ChurnOptions, result: ChurnResult, checks: readonly Check[]): string {
  const { tally, routedMs, samples } = result;
  const memory = toLiveMemory(samples);
  const calls = toCalls(result);
  const rows: readonly (readonly [string, string])[] = [
    ['users, services, sessions', `${options.users}, ${options.services}, ${result.mostSessions}`],
    ['minutes', String(options.minutes)],
    ['seed', String(options.seed)],
    ['all sessions open after', `${Math.round(result.fullAt)} s`],
    ['managers replaced', String(result.replaced)],
    [
      'wish to routed, p50 / p95 / longest',
      `${[0.5, 0.95, 1].map((share) => Math.round(quantile(routedMs, share))).join(' / ')} ms of ${routedMs.length}`,
    ],
    ['longest answer without a key / by an agent', `${tally.longestPlainMs} / ${tally.longestKeyedMs} ms`],
    [
      'manager’s live memory',
      memory === undefined ? 'unknown' : `${Math.round(memory.meanMb)} MB, ${Math.round(memory.kbPerSession)} KB/session`,
    ],
    ['manager’s resident memory, most', `${Math.round(Math.max(0, ...samples.map(({ residentMb = 0 }) => residentMb)))} MB`],
    [
      'manager’s open files, most / at the end',
      `${Math.max(0, ...samples.map(({ files = 0 }) => files))} / ${samples.at(-1)?.files ?? 'unknown'}`,
    ],
    ['calls of managers to the API server per minute', `${Math.round(calls.before)}, then ${Math.round(calls.after)}`],
  ];
  return [
    '# Churn',
    '',
    toTable(['', ''], rows),
    '',
    toTable(
      ['check', 'seen', 'bound', ''],
      checks.map(({ what, seen, bound, ok }) => [what, seen, bound, ok ? 'ok' : '**failed**']),
    ),
    '',
    toTable(
      ['counted', ''],
      Object.entries(tally.counts)
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([name, count]) => [name, String(count)]),
    ),
    '',
    ...tally.findings.map(({ at, what }) => `- ${at} s: ${what}`),
    ...result.remains.map((what) => `- left: ${what}`),
    '',
  ].join('\n');
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const toRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [toRow(head), toRow(head.map(() => '---')), ...rows.map(toRow)].join('\n');
}

/** Calls per minute of all managers, in the third and in the last quarter. */
function toCalls({ samples, halfAt, fullAt }: ChurnResult): { readonly before: number; readonly after: number; readonly ratio: number } {
  const quarter = (halfAt - fullAt) / 2;
  const [before, after] = [toRate(samples, halfAt, halfAt + quarter), toRate(samples, halfAt + quarter, halfAt + 2 * quarter)];
  return { before, after, ratio: before === 0 ? 0 : after / before };
}

function toRate(samples: readonly ManagerSample[], from: number, until: number): number {
  const rounds = [
    ...Map.groupBy(
      samples.filter(({ at }) => at >= from && at <= until),
      ({ at }) => at,
    ),
  ].toSorted(([one], [other]) => one - other);
  const calls = rounds.map(([, round]) => new Map(round.map(({ pod, calls: count }) => [pod, count])));
  const grown = calls.slice(1).reduce((sum, now, index) => sum + toGrowth(calls[index] ?? new Map(), now), 0);
  const [first, last] = [rounds[0]?.[0] ?? 0, rounds.at(-1)?.[0] ?? 0];
  return last > first ? (grown / (last - first)) * 60 : 0;
}
