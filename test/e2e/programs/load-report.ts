/** What `load.ts` sends. */
export interface LoadPlan {
  readonly url: string;
  /** Where in the answer's JSON the version stands: `['orders', 'version']`. */
  readonly path: readonly string[];
  /** How many requests, all callers together. */
  readonly requests: number;
  /** Whether it goes on after that, until its standard input is closed. */
  readonly goesOn: boolean;
  readonly callers: number;
  /** One connection per caller, or one per request. */
  readonly keepAlive: boolean;
  /** The keys by turns; null: no key. Who answers must be the key, or `baseline`. */
  readonly keys: readonly (string | null)[];
  readonly header: 'x-intercept-id' | 'baggage';
  /** Pause of each caller after a request. */
  readonly pauseMs: number;
}

/** What `load.ts` saw. */
export interface LoadReport {
  readonly requests: number;
  /** Answered by another side than the key says. */
  readonly misrouted: number;
  /** Not answered with 200. */
  readonly failed: number;
  readonly connections: number;
  /** How often who answered whom: `KEY>VERSION`. */
  readonly answers: Record<string, number>;
  /** The longest that a right answer took, and the longest time without any: milliseconds. */
  readonly longestMs: number;
  readonly silenceMs: number;
  /** How often which failure was met. */
  readonly failedBy: Record<string, number>;
}

/** One request that went wrong. */
export interface LoadFailure {
  readonly kind: 'misrouted' | 'failed';
  readonly key: string | null;
  readonly what: string;
  /** When it was sent, RFC 3339. */
  readonly at: string;
  readonly tookMs: number;
}
