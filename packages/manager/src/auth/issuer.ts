import { InterceptError, toLimitValues, type Clock, type Log } from '@switchyard/contract';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { authLimits } from '../limits.ts';

const { keySetAgeMs, keySetRestMs, keySetMs } = toLimitValues(authLimits);

/** What an issuer of tokens says of itself: its name, as tokens have it in `iss`, and its keys (RFC 7517), not yet checked. */
export interface IssuerStatement {
  readonly name: string;
  readonly keySet: unknown;
}

/** Asks the issuer; ends when `signal` is aborted. */
export type AskIssuer = (signal: AbortSignal) => Promise<IssuerStatement>;

/** An issuer as it is known now. */
export interface KnownIssuer {
  readonly name: string;
  readonly findKey: JWTVerifyGetKey;
}

/**
 * Who signs tokens, by what it said last. It is asked when somebody first wants to know, again after a while, and where a token has a key
 * that nobody knew: never more often than `keySetRestMs`, whoever sends whatever tokens. While it does not answer, what it said last counts.
 */
export interface Issuer {
  /** Rejects with why it was never heard of. */
  known(): Promise<KnownIssuer>;
}

/** Makes an issuer that is asked by `ask`; `title` is what the log calls it. Asks nothing yet. */
export function createIssuer({ clock, log }: { readonly clock: Clock; readonly log: Log }, title: string, ask: AskIssuer): Issuer {
  let last: { readonly name: string; readonly keys: JWTVerifyGetKey; readonly atMs: number } | undefined;
  let failure: InterceptError | undefined;
  let asking: Promise<void> | undefined;
  let askedMs = -Infinity;

  const hear = async (): Promise<void> => {
    try {
      const { name, keySet } = await withDeadline(clock, title, ask);
      last = { name, keys: createLocalJWKSet(keySet as Parameters<typeof createLocalJWKSet>[0]), atMs: clock.now() };
    } catch (reason) {
      failure = toUnheard(title, reason);
      log.warn('issuer_unreachable', { issuer: title, reason: failure.message });
    }
  };
  const askAgain = async (): Promise<void> => {
    if (asking === undefined) {
      if (clock.now() - askedMs < keySetRestMs) return;
      askedMs = clock.now();
      asking = hear().finally(() => (asking = undefined));
    }
    await asking;
  };
  const toKeys = (statement: typeof last): JWTVerifyGetKey => {
    if (statement === undefined) throw failure ?? toUnheard(title, undefined);
    return statement.keys;
  };
  const findKey: JWTVerifyGetKey = async (header, token) => {
    const before = last;
    try {
      return await toKeys(before)(header, token);
    } catch (reason) {
      if (!(reason instanceof errors.JWKSNoMatchingKey)) throw reason;
      await askAgain();
      if (last === before) throw reason;
      return await toKeys(last)(header, token);
    }
  };
  return {
    async known() {
      if (last === undefined || clock.now() - last.atMs >= keySetAgeMs) await askAgain();
      if (last === undefined) throw failure ?? toUnheard(title, undefined);
      return { name: last.name, findKey };
    },
  };
}

async function withDeadline(clock: Clock, title: string, ask: AskIssuer): Promise<IssuerStatement> {
  const stop = new AbortController();
  const late = new InterceptError('cluster_unavailable', `${title} did not answer within ${keySetMs / 1_000} s.`);
  const timer = clock.after(keySetMs, () => stop.abort(late));
  try {
    return await ask(stop.signal);
  } finally {
    timer.cancel();
  }
}

function toUnheard(title: string, reason: unknown): InterceptError {
  const cause = reason === undefined ? '' : `: ${InterceptError.from(reason).message}`;
  return new InterceptError('cluster_unavailable', `The manager could not learn the keys of ${title}${cause}`, { cause: reason });
}
