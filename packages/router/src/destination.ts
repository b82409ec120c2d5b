import type { Target } from '@switchyard/contract';

/** A developer's target. */
export type KeyedTarget = Exclude<Target, { t: 'baseline' }>;

/** Where a request goes. Where the baseline is may depend on the client; it is found out when it is dialled. */
export type Destination = { readonly t: 'baseline' } | KeyedTarget;

/** The ordinary workload behind the service. */
export const toBaseline: Destination = Object.freeze({ t: 'baseline' });
