/**
 * The rules of the routing key, as examples. In this world alice and bob intercept the service `orders`, carol intercepts `payments`;
 * dave intercepts nothing. A request arrives at `orders` unless `at` says otherwise.
 *
 * `outcome` says where it goes (`to alice` = alice's machine, `to baseline` = the ordinary workload) and what else happens:
 * `+ line`, `- line` = a header line that is added or left out on the way, `tell no-route` = the response says `x-intercept-status:
 * no-route`.
 */
export interface Vector {
  readonly why: string;
  readonly send: readonly string[];
  readonly outcome: readonly string[];
  readonly at?: 'web' | 'payments' | 'edge';
  /** Aliases in the configuration, where they are not the default. */
  readonly aliases?: readonly string[];
}

/** What completes a head for alice. */
export const addTwin: string = '+ x-intercept-id: alice';
export const addBaggage: string = '+ baggage: intercept=alice';
