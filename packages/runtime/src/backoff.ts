/** How the waits between attempts grow. */
export interface BackoffOptions {
  /** Upper bound of the first wait. */
  readonly firstMs: number;
  /** Upper bound of any wait. */
  readonly maxMs: number;
  /** Uniform in [0, 1); default `Math.random`. */
  readonly random?: () => number;
}

/** Waits between attempts: doubling bounds, full jitter. */
export interface Backoff {
  /** The next wait in milliseconds: at random up to a bound that doubles, never under half of `firstMs`. */
  next(): number;
  /** Begins again with the first wait, after a success. */
  reset(): void;
}

/** Waits that spread many clients over time, so that a restarted manager is not met by all of them at once. */
export function createBackoff({ firstMs, maxMs, random = Math.random }: BackoffOptions): Backoff {
  let boundMs = firstMs;
  return {
    next: () => {
      const waitMs = Math.max(firstMs / 2, random() * boundMs);
      boundMs = Math.min(maxMs, boundMs * 2);
      return waitMs;
    },
    reset: () => {
      boundMs = firstMs;
    },
  };
}
