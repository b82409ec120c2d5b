/** How a text is compared. Case-sensitive; what is a name (of a header, of a method) is compared elsewhere. */
export type TextMatch =
  /** The very same text: a dot is a dot. */
  | { readonly t: 'exact'; readonly value: string }
  /** The text begins with it; a path is it, or stands below it. */
  | { readonly t: 'prefix'; readonly value: string }
  /** RE2 syntax, and the whole text: it is anchored at both ends. Decided in time linear to the text. */
  | { readonly t: 'regex'; readonly value: string }
  /** There is one, whatever it says. */
  | { readonly t: 'present' };

/** One thing that a request must show. */
export type Condition =
  /** Any line of the header `name` (lower case) matches: the first does not hide the others. */
  | { readonly t: 'header'; readonly name: string; readonly text: TextMatch }
  /** The path of the request target, without its query, as it was sent: nothing is decoded. Never `present`. */
  | { readonly t: 'path'; readonly text: TextMatch }
  /** The method, as it was sent: methods are case-sensitive (RFC 9110 section 9.1). */
  | { readonly t: 'method'; readonly method: string }
  /** Any member `name` of the query matches, percent-decoded. */
  | { readonly t: 'query'; readonly name: string; readonly text: TextMatch }
  /** Any cookie `name` matches. */
  | { readonly t: 'cookie'; readonly name: string; readonly text: TextMatch }
  /**
   * The caller is among this share of all, 0.01 to 100. Callers are told apart by the key that they send, unless it is the intercept's own;
   * else by the cookie `intercept-sticky`; else by their address. The same caller always gets the same answer.
   */
  | { readonly t: 'percent'; readonly percent: number };

/**
 * What a request must show beside the key: every condition of any one of the alternatives. Without an alternative nothing more is asked.
 */
export type Match = readonly (readonly Condition[])[];

/**
 * What may be intercepted by beside keys. Neither, unless somebody who answers for all callers allows it: requests of others would be taken
 * too.
 */
export interface MatchPolicy {
  /** Intercepts without a key. */
  readonly keyless: boolean;
  /** Shares of the requests. */
  readonly percent: boolean;
}
