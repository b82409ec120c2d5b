import type { InterceptId, ServiceName } from './ids.ts';

/** A header line: name and value, one character per byte (latin1). */
export type HeaderLine = readonly [name: string, value: string];

/** A request that somebody wants explained. */
export interface RequestQuestion {
  readonly service: ServiceName;
  /** Name or number of the service's port; undefined is its only port. */
  readonly port: string | undefined;
  readonly method: string;
  /** Path and query, as they stand in a request line. */
  readonly target: string;
  readonly header: readonly HeaderLine[];
  /** The caller's address, which a share of the requests may be decided by. */
  readonly clientAddress: string;
}

/** What becomes of a request: who answers it. */
export type RouteOutcome =
  /** The baseline. */
  | 'baseline'
  /** The baseline, without the key: the service is untrusted. */
  | 'stripped'
  /** The baseline, with the key, which is live elsewhere in the namespace. */
  | 'passing'
  /** The target of an intercept. */
  | 'routed'
  /** The router itself, with 400. */
  | 'refused';

/** An intercept that was looked at. */
export interface RouteCandidate {
  readonly id: InterceptId;
  readonly owner: string;
  /** Whether the request is its own. */
  readonly won: boolean;
  /** Why, or why not: clauses for people. */
  readonly reasons: readonly string[];
}

/** Where a request would go, and why. */
export interface RouteReport {
  /** The port's name. */
  readonly port: string;
  readonly outcome: RouteOutcome;
  /** The value of `x-intercept-status` on the response. */
  readonly status: string | undefined;
  /** The key that speaks: where it stands, what stands there, and whether that is a key at all. */
  readonly key: { readonly form: string; readonly text: string; readonly valid: boolean } | undefined;
  /** The intercepts of the port: the winner, then those that came closest. */
  readonly candidates: readonly RouteCandidate[];
  /** How many further intercepts the port has. */
  readonly more: number;
  /** What the response's header gets, as far as that is known before there is one. */
  readonly responseHeader: readonly HeaderLine[];
  /** Why it is refused. */
  readonly refusal: string | undefined;
}
