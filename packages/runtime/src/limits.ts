import type { LimitTable } from '@switchyard/contract';

/** The bounds of a process. */
export const runtimeLimits: LimitTable<'lingerMs' | 'acceptQueue'> = {
  lingerMs: { value: 1_000, unit: 'ms', about: 'How long a program that is done may take to flush its output; then its process ends.' },
  acceptQueue: {
    value: 4096,
    unit: 'count',
    about: 'Connections per listener that the system keeps until they are accepted; it may have a lower bound (`net.core.somaxconn`).',
  },
};
