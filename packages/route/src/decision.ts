import type { RoutingKey } from '@switchyard/contract';
import type { Rule } from './rule.ts';

/** What a decision adds to the metrics. Closed. */
export type RouteCount =
  /** `x-intercept-id` and baggage name different keys: the header won. */
  | 'keys_differ'
  /** The key had no room in the baggage: it goes on in `x-intercept-id` alone. */
  | 'baggage_full'
  /** An untrusted service received a key from outside, which was taken off. */
  | 'key_stripped';

/** A header line that gets another value. */
export interface LineEdit {
  /** Index of the header line in the head. */
  readonly line: number;
  /** The whole new value (latin1). */
  readonly value: string;
}

/** What makes a head carry its key both as `x-intercept-id` and in `baggage`. Undefined: it does already. */
export interface Completion {
  /** Add a line `x-intercept-id` with this key. */
  readonly twin: RoutingKey | undefined;
  /** Add a `baggage` line, or give an existing one another value. */
  readonly baggage: undefined | { readonly t: 'add'; readonly value: string } | ({ readonly t: 'replace' } & LineEdit);
}

/** What takes every form of a key off a head. The lines of `drop` and `replace` are disjoint. */
export interface Strip {
  /** Indexes of the header lines to leave out. */
  readonly drop: readonly number[];
  readonly replace: readonly LineEdit[];
  /** The query to send instead (empty: the `?` goes too); undefined leaves the request target as it is. */
  readonly query: string | undefined;
}

/** What the response tells about a key that did not lead to its owner, as `x-intercept-status`. */
export type KeyStatus =
  /** The key is not live. */
  | 'no-route'
  /** It is no key. */
  | 'invalid-key'
  /** It is live here, but the request does not show what its intercept asks for besides. */
  | 'not-matched';

/** What becomes of one request. */
export type Decision =
  /** To the baseline, untouched. */
  | { readonly t: 'baseline'; readonly status: KeyStatus | undefined; readonly counts: readonly RouteCount[] }
  /** To the baseline without its keys: the service is untrusted. Nothing is told to the sender. */
  | { readonly t: 'stripped'; readonly strip: Strip; readonly counts: readonly RouteCount[] }
  /**
   * To the baseline: the key is live on another port of the namespace, where the completed head will bring it, or here under conditions
   * that are not met.
   */
  | {
      readonly t: 'passing';
      readonly key: RoutingKey;
      readonly status: KeyStatus | undefined;
      readonly completion: Completion;
      /** Value of a `Set-Cookie` header for the response. */
      readonly setCookie: string | undefined;
      readonly counts: readonly RouteCount[];
    }
  /** To the target of `rule`. */
  | {
      readonly t: 'routed';
      readonly rule: Rule;
      /** Only where `rule` has no key, and the one that the request carries leads nowhere. */
      readonly status: KeyStatus | undefined;
      /** Adds nothing where `rule` has no key. */
      readonly completion: Completion;
      /** Value of a `Set-Cookie` header for the response. */
      readonly setCookie: string | undefined;
      readonly counts: readonly RouteCount[];
    }
  /** Answered with 400: the request names more than one key. `message` is safe to show. */
  | { readonly t: 'refused'; readonly message: string; readonly counts: readonly RouteCount[] };
