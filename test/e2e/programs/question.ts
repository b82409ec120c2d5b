/** One request that `ask.ts` sends: a line of its standard input, as JSON. */
export interface Question {
  readonly id: number;
  /** Name of a Service of the namespace. */
  readonly service: string;
  readonly key: string | null;
  /** Whether a connection that is kept may be used; else it goes by a new one. */
  readonly kept: boolean;
}

/** What became of it: a line of its standard output, as JSON. */
export interface Reply {
  readonly id: number;
  /** Undefined where no answer came: `error` says why. */
  readonly status?: number | undefined;
  readonly error?: string | undefined;
  /** `x-intercept-error` and `x-intercept-status` of the answer. */
  readonly code?: string;
  readonly marker?: string;
  readonly body: string;
  /** How long ago its connection was opened when it was sent; undefined where it never was. */
  readonly connectionAgeMs?: number | undefined;
}
