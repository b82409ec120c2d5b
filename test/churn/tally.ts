import type { Exchange, Verdict } from './judge.ts';

/** One thing that went wrong. */
export interface Finding {
  /** Since the churn began, seconds. */
  readonly at: number;
  readonly what: string;
}

/** What was seen, counted. */
export interface Tally {
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Of keyed requests that their agent answered, milliseconds: the longest. */
  readonly longestKeyedMs: number;
  readonly longestPlainMs: number;
  count(name: string, by?: number): void;
  find(what: string): void;
  enter(exchange: Exchange, verdict: Verdict): void;
}

/** As many findings are kept; what goes wrong once goes wrong a thousand times. */
const mostFindings = 200;

/** An empty tally; `startedAt` is when the churn began. */
export function createTally(startedAt: number): Tally {
  const counts: Record<string, number> = {};
  const findings: Finding[] = [];
  const longest = { keyed: 0, plain: 0 };
  const count = (name: string, by = 1): void => void (counts[name] = (counts[name] ?? 0) + by);
  const find = (what: string, at = performance.now()): void => {
    if (findings.length < mostFindings) findings.push({ at: Math.round((at - startedAt) / 100) / 10, what });
  };
  return {
    counts,
    findings,
    get longestKeyedMs() {
      return longest.keyed;
    },
    get longestPlainMs() {
      return longest.plain;
    },
    count,
    find,
    enter({ question, sentAt, answeredAt }, verdict) {
      const kind = question.key === null ? 'plain' : 'keyed';
      const tookMs = Math.round(answeredAt - sentAt);
      count(`${kind}: ${verdict.t}${verdict.t === 'right' ? ` by ${verdict.by}` : ''}`);
      if (verdict.t === 'excused') count(`excused: ${verdict.why}`);
      if (verdict.t === 'right') longest[kind] = Math.max(longest[kind], tookMs);
      if (verdict.t !== 'misrouted' && verdict.t !== 'failed') return;
      find(
        `${verdict.t}: ${question.service} key ${question.key ?? 'none'}, ${question.kept ? 'kept' : 'new'} connection, ${tookMs} ms: ${verdict.why}`,
        sentAt,
      );
    },
  };
}
