/** The header that carries the key alone, for people, gateways and gRPC metadata (`x-intercept-id: alice`). */
export const twinHeader = 'x-intercept-id';
/** The header that tracing libraries carry on by themselves (W3C Baggage): the canonical place of the key. */
export const baggageHeader = 'baggage';
/** The header of the browser's form of the key. */
export const cookieHeader = 'cookie';
/** The W3C Trace Context header that an alias may read. */
export const tracestateHeader = 'tracestate';
/** What the key is called inside of `baggage` and `cookie` (`intercept=alice`). */
export const keyMember = 'intercept';
/** What the key is called in a query (`?__intercept=alice`), where no header can be set. */
export const keyQuery = '__intercept';
