/** Who a request reaches: the ordinary workload, or the process of the developer whose key it carries. */
export type Side = 'baseline' | 'alice' | 'bob';

/**
 * What must become of the bytes of a request vector:
 *
 * - a list such as `baseline` or `alice, baseline`: exactly so many requests arrive, each whole, byte for byte and at that
 *   side, the answers come back in that order, and the connection goes on (proved by one more request);
 * - the same with `closed` at the end: afterwards the router ends the connection, and what followed reaches nobody;
 * - with `refused STATUS` at the end: what comes then is answered so and the connection ends; not a byte of it is forwarded;
 * - with `cut short STATUS` at the end: its head was good, so that it may have begun to arrive, but it never becomes whole;
 * - with `aborted` at the end: the same while earlier answers are outstanding, which the end of the connection may overtake.
 */
export type RequestOutcome = string;

/** One entry of the tables in `requests/`. */
export interface RequestVector {
  readonly name: string;
  /** What the client sends. */
  readonly send: Buffer;
  readonly outcome: RequestOutcome;
  /** What arrives, all sides together in order, where it is not simply the bytes that were sent. */
  readonly arrives?: Buffer;
}

/** An outcome, taken apart. */
export interface Expectation {
  readonly reaches: readonly Side[];
  readonly after:
    | { readonly t: 'open' }
    | { readonly t: 'closed' }
    | { readonly t: 'aborted' }
    | { readonly t: 'refused'; readonly status: number }
    | { readonly t: 'cut short'; readonly status: number };
}

/** Takes an outcome apart; throws where a table has a typing error. */
export function parseOutcome(outcome: RequestOutcome): Expectation {
  const reaches: Side[] = [];
  for (const word of outcome.split(', ')) {
    const failure = /^(refused|cut short) ([45][0-9][0-9])$/.exec(word);
    if (word === 'closed' || word === 'aborted') return { reaches, after: { t: word } };
    if (failure !== null) return { reaches, after: { t: failure[1] === 'refused' ? 'refused' : 'cut short', status: Number(failure[2]) } };
    if (word !== 'baseline' && word !== 'alice' && word !== 'bob') throw new Error(`"${outcome}" is no outcome: "${word}"`);
    reaches.push(word);
  }
  return { reaches, after: { t: 'open' } };
}

/** One vector per value: for families that differ in one spot. */
export function each(values: readonly string[], toVector: (value: string) => RequestVector): readonly RequestVector[] {
  return values.map(toVector);
}
