import fc from 'fast-check';

/** Text of one character per byte: any bytes that a header value may hold, and some that it may not. */
export const latin1: fc.Arbitrary<string> = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

const marks = fc.constantFrom(',', ',', ';', '=', '&', ' ', '\t', '%', '"', '*', '\u00a0');
const words = fc.constantFrom('intercept', '__intercept', 'sd-', 'alice', 'bob', '%61lice', '%zz', 'intercept=alice', 'intercept = bob');

/** Text in the neighbourhood of a list with a key: where parsers go wrong. */
export const nearList: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: marks }, { weight: 4, arbitrary: words }, latin1))
  .map((parts) => parts.join(''));

/** A header line that may carry a key. */
const keyLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('x-intercept-id', 'X-Intercept-Id', 'baggage', 'BAGGAGE', 'cookie', 'tracestate', 'kubernetes-route-as', 'x-other'),
    fc.oneof(nearList, latin1, fc.constantFrom('alice', 'bob', 'intercept=alice', 'intercept=bob')),
  )
  .map(([name, value]) => `${name}: ${value}`);

/** A request head: lines that may carry keys, and a query or none. */
export const keyHead: fc.Arbitrary<{ readonly lines: readonly string[]; readonly query: string | undefined }> = fc.record({
  lines: fc.array(keyLine, { maxLength: 6 }),
  query: fc.option(fc.oneof(nearList, fc.constantFrom('__intercept=alice', 'a=1&__intercept=bob')), { nil: undefined }),
});
