import type { LimitTable } from '@switchyard/contract';

/** The bounds of reading a file. */
export const configLimits: LimitTable<'documentBytes' | 'aliases'> = {
  documentBytes: { value: 1_048_576, unit: 'bytes', about: 'The largest configuration file; a larger one is refused with `bad_config`.' },
  aliases: {
    value: 100,
    unit: 'count',
    about: 'YAML aliases that a document may resolve to; one that multiplies itself is refused with `bad_config`.',
  },
};
