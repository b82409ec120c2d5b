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
/** A cookie that somebody else sets (a gateway, a service, a test): it tells callers apart when a share of the requests is drawn. */
export const stickyCookie = 'intercept-sticky';
/** What the key is called in a query (`?__intercept=alice`), where no header can be set. */
export const keyQuery = '__intercept';
