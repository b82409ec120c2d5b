/** One input of the fuzzer. */
export interface FuzzCase {
  /**
   * What the bytes are: what a client sends to the router, or an origin back; what a client of HTTP/2 says behind its preface; or which decoder,
   * and a message for it.
   */
  readonly kind: 'request' | 'response' | 'frames' | 'message';
  readonly bytes: Buffer;
  /** Where the bytes are cut into pieces: indexes, ascending. */
  readonly cuts: readonly number[];
  /** The methods that the responses answer. */
  readonly methods: readonly string[];
}

/** The bytes as they arrive. */
export function piecesOf({ bytes, cuts }: FuzzCase): Buffer[] {
  const edges = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}
