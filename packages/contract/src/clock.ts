/** A started timer. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time, as a port: production passes the system's clock, tests a fake one. */
export interface Clock {
  /** Milliseconds on a monotonic scale: for measuring and deadlines, never for showing. */
  now(): number;
  /** The wall clock: for timestamps that people read. */
  date(): Date;
  /** Calls `fn` once after `delayMs`. The timer keeps no process alive. */
  after(delayMs: number, fn: () => void): Timer;
}
