import type { LimitTable } from '@switchyard/contract';

/** The bounds of HTTP/1.1 framing. */
export const http1Limits: LimitTable<
  'headBytes' | 'knownHeadBytes' | 'knownHeadFields' | 'trailerBytes' | 'chunkExtensionBytes' | 'methodBytes'
> = {
  headBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    about: 'A request or response head. A larger request is answered 431, a larger response 502.',
  },
  knownHeadBytes: {
    value: 4 * 1024,
    unit: 'bytes',
    about: 'The last head of a connection is kept up to this size, so that the same one again need not be parsed.',
  },
  knownHeadFields: {
    value: 32,
    unit: 'count',
    about: 'A head with more fields than this that mean nothing to routing or framing is not kept.',
  },
  trailerBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    about: 'The trailer section behind a chunked body. A larger one is a protocol violation.',
  },
  chunkExtensionBytes: {
    value: 256,
    unit: 'bytes',
    about: 'The extensions of one chunk, which nobody uses. Longer ones are a protocol violation.',
  },
  methodBytes: { value: 64, unit: 'bytes', about: 'A request method. A longer one is answered 400.' },
};
