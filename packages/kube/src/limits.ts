import type { LimitTable } from '@switchyard/contract';

/** The bounds of what is asked of the Kubernetes API. */
export const kubeLimits: LimitTable<
  | 'callMs'
  | 'answerBytes'
  | 'eventBytes'
  | 'idleMs'
  | 'watchMs'
  | 'silentMs'
  | 'firstRetryMs'
  | 'maxRetryMs'
  | 'leaseMs'
  | 'leaseRenewMs'
  | 'leaseMarginMs'
  | 'leaseCallMs'
> = {
  callMs: {
    value: 30_000,
    unit: 'ms',
    about:
      'How long the API server may take for an answer, credentials of a plugin included; the call fails with `cluster_unavailable` then.',
  },
  answerBytes: { value: 64 * 1024 * 1024, unit: 'bytes', about: 'One answer of the API server, such as a list; a larger one fails.' },
  eventBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    about: 'One event of a watch; a larger one ends the watch, and the list is read anew.',
  },
  idleMs: { value: 30_000, unit: 'ms', about: 'How long a connection to the API server is kept without a call.' },
  watchMs: { value: 5 * 60_000, unit: 'ms', about: 'How long a watch goes on before it is opened anew.' },
  silentMs: {
    value: 90_000,
    unit: 'ms',
    about: 'Silence after which a watch counts as dead: API servers send a bookmark about once a minute. The list is read anew then.',
  },
  firstRetryMs: { value: 500, unit: 'ms', about: 'The first wait after the API server could not be reached; it doubles, at random below.' },
  maxRetryMs: { value: 10_000, unit: 'ms', about: 'The longest such wait.' },
  leaseMs: { value: 15_000, unit: 'ms', about: 'How long a leader that is not heard of keeps others from leading.' },
  leaseRenewMs: { value: 2_000, unit: 'ms', about: 'How often a leader renews, and how often others look.' },
  leaseMarginMs: {
    value: 3_000,
    unit: 'ms',
    about: 'How much earlier than others take its place a leader steps down that could not renew.',
  },
  leaseCallMs: { value: 4_000, unit: 'ms', about: 'How long one attempt to renew may take; the next one follows.' },
};
