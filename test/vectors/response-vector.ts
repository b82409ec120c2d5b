/**
 * What must become of the bytes of an answer:
 *
 * - `passed`: the client gets exactly these bytes, and its connection goes on (proved by one more request);
 * - `passed, closed`: exactly these bytes, then the end of the connection;
 * - `passed, rest dropped`: exactly the bytes of `arrives`; for the rest nobody asked, so the target's connection is dropped,
 *   and with a baseline's its client's;
 * - `passed, aborted`: the client gets the first bytes of it, perhaps all, and then an end that it cannot take for a whole answer;
 * - `closed`: the client gets nothing but the end of its connection, as it would from the origin itself;
 * - `refused 502`: not a byte of it reaches the client, which gets a 502 that says whose fault it is, then the end.
 */
export type ResponseOutcome = 'passed' | 'passed, closed' | 'passed, rest dropped' | 'passed, aborted' | 'closed' | 'refused 502';

/** One entry of the tables in `responses/`. */
export interface ResponseVector {
  readonly name: string;
  /** Default: `GET`. */
  readonly method?: string;
  /** Field lines of the request besides Host, each with its CRLF. */
  readonly requestLines?: string;
  /** What the origin answers. */
  readonly answer: Buffer;
  /** What the origin does then. Default: it waits for the next request. */
  readonly originThen?: 'ends' | 'resets';
  readonly outcome: ResponseOutcome;
  /** What the client gets, where it is not the whole answer. */
  readonly arrives?: Buffer;
}

/** One vector per value: for families that differ in one spot. */
export function eachResponse(values: readonly string[], toVector: (value: string) => ResponseVector): readonly ResponseVector[] {
  return values.map(toVector);
}
