import { InterceptError, type Clock } from '@switchyard/contract';

/** How often something may be done. */
export interface BucketLimits {
  /** At once, after a rest. */
  readonly burst: number;
  /** Per second, for as long as one likes. */
  readonly perSecond: number;
  /** How many holders are told apart; for one more, the one that was seen longest ago is forgotten. */
  readonly holders: number;
}

/** A token bucket per holder. */
export interface TokenBuckets {
  /** Takes one token of `holder`. Throws `limit_reached` where there is none; `detail.retryAfterSeconds` says when there will be. */
  take(holder: string): void;
  /** Gives one token back to `holder`, for what turned out to be somebody else's. */
  giveBack(holder: string): void;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** What a user is called among holders that may be addresses, too: none of these has a space. */
export function toUserHolder(user: string): string {
  return `user ${user}`;
}

/** Makes the buckets, all of them full. Memory is bounded by the number of holders. */
export function createTokenBuckets(clock: Pick<Clock, 'now'>, { burst, perSecond, holders }: BucketLimits): TokenBuckets {
  // In the order in which they were seen last.
  const buckets = new Map<string, Bucket>();
  const refill = ({ tokens, atMs }: Bucket, nowMs: number): number => Math.min(burst, tokens + ((nowMs - atMs) * perSecond) / 1_000);
  return {
    take(holder) {
      const atMs = clock.now();
      const tokens = refill(buckets.get(holder) ?? { tokens: burst, atMs }, atMs);
      buckets.delete(holder);
      buckets.set(holder, { tokens: tokens < 1 ? tokens : tokens - 1, atMs });
      const [oldest] = buckets.keys();
      if (buckets.size > holders && oldest !== undefined) buckets.delete(oldest);
      if (tokens < 1) throw toTooOften(holder, perSecond, Math.ceil((1 - tokens) / perSecond));
    },
    giveBack(holder) {
      const known = buckets.get(holder);
      if (known !== undefined) buckets.set(holder, { ...known, tokens: Math.min(burst, known.tokens + 1) });
    },
  };
}

function toTooOften(holder: string, perSecond: number, retryAfterSeconds: number): InterceptError {
  return new InterceptError('limit_reached', `${holder} asks this manager more than ${perSecond} times a second.`, {
    hint: `Try again in ${retryAfterSeconds} s, and ask less often: follow the events in the place of polling.`,
    detail: { retryAfterSeconds },
  });
}
