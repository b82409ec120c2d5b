import type { LimitTable } from '@switchyard/contract';

/** The bounds of taking Services over and giving them back. */
export const takeoverLimits: LimitTable<
  | 'recordBytes'
  | 'recordDepth'
  | 'writeAttempts'
  | 'stallMs'
  | 'lingerMs'
  | 'restoreAllMs'
  | 'settleMs'
  | 'leaseMs'
  | 'pollMs'
  | 'routersAbsentMs'
  | 'watchEveryMs'
> = {
  recordBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    about: 'The record of a Service that its annotation holds. A Service with a larger one is not taken over.',
  },
  recordDepth: { value: 32, unit: 'count', about: 'Nesting of the field ownership in a record; a deeper one is taken for no record.' },
  writeAttempts: {
    value: 8,
    unit: 'count',
    about: 'Attempts at one change of a Service that others change at the same time; then the change fails with `cluster_conflict`.',
  },
  stallMs: {
    value: 20_000,
    unit: 'ms',
    about:
      'How long a live manager that was told to stand down may give no Service back; then its Lease is taken and they are given back for it.',
  },
  lingerMs: {
    value: 75_000,
    unit: 'ms',
    about:
      'How long a live manager that gave every Service back may take to end open connections; then what is left of the takeovers is deleted.',
  },
  restoreAllMs: {
    value: 60_000,
    unit: 'ms',
    about: 'How long giving every Service back without a manager may take; what is not done by then is reported by name.',
  },
  settleMs: {
    value: 10_000,
    unit: 'ms',
    about: 'Pause between giving Services back without a manager and deleting their shadows, where a router lives.',
  },
  leaseMs: { value: 120_000, unit: 'ms', about: 'For how long the Lease is taken to give Services back; nobody else leads meanwhile.' },
  pollMs: { value: 500, unit: 'ms', about: 'Pause between two looks at what a manager that stands down has left to give back.' },
  routersAbsentMs: {
    value: 120_000,
    unit: 'ms',
    about: 'How long no router may be Ready while Services are taken over; then the watchdog gives them back.',
  },
  watchEveryMs: { value: 5_000, unit: 'ms', about: "Pause between two looks of the watchdog at a namespace's routers." },
};
