/** What `measure.ts` does. */
export interface MeasurePlan {
  readonly host: string;
  readonly key: string | null;
  /** Requests on one connection, one after the other: for their times. */
  readonly single: number;
  /** Requests on `connections` connections: for their rate. */
  readonly many: number;
  readonly connections: number;
}

/** What `measure.ts` saw. */
export interface Measurement {
  /** Half of the single requests were answered in this time, microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Requests per second over all connections. */
  readonly perSecond: number;
}
